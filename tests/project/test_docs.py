"""Examples in docstrings and the README run, and links in the docs lead somewhere."""

import doctest
import re

import fastcv
from conftest import ROOT


def test_docstrings_run():
    for function in (getattr(fastcv, name) for name in fastcv.__all__):
        tests = doctest.DocTestFinder(recurse=False).find(
            function, getattr(function, "__name__", "value"), module=False, globs={"fastcv": fastcv}
        )
        for test in tests:
            assert doctest.DocTestRunner().run(test).failed == 0


def test_readme_example_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    code = re.search(r"```python\n(.+?)```", (ROOT / "README.md").read_text(), re.DOTALL).group(1)
    names = {}
    exec(code, names)
    assert len(names["crops"]) == len(names["boxes"]) >= 1000
    assert names["colors"].shape == (6, 3)


def test_links_in_the_docs_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("data/*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            assert target.startswith("http") or (page.parent / target).exists(), f"{page}: {target}"
