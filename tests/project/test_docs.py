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


def test_readmes_examples_run_and_print_what_it_says(tmp_path, capsys):
    (tmp_path / "data").symlink_to(ROOT / "data")
    text = (ROOT / "README.md").read_text()
    first, *others = re.findall(r"```python\n(.+?)```", text, re.DOTALL)
    assert first.count("\n") <= 10
    names = {}
    exec(first, names)
    assert f"```\n{capsys.readouterr().out}```" in text
    assert (tmp_path / "word.png").read_bytes().startswith(b"\x89PNG")
    for code in others:
        exec(code, names)


def test_links_in_the_docs_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("data/*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            assert target.startswith("http") or (page.parent / target).exists(), f"{page}: {target}"
