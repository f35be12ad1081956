"""Fences between rooms: which may include whose headers."""

import re

import pytest

from conftest import ROOT

SOURCES = sorted(
    [*ROOT.glob("src/**/*.[ch]"), *ROOT.glob("src/**/*.cpp"), *ROOT.glob("include/**/*.h")]
)
REACH = {  # room: the rooms whose headers it may include
    "binding": {"binding", "fastcv", "opencv"},
    "core": {"core", "fastcv", "kernels", "opencv"},
    "kernels": {"kernels", "fastcv"},
    "opencv": {"opencv", "opencv2", "fastcv"},
    "fastcv": {"fastcv"},
}
OWNERS = {"Python.h": "binding", "numpy/": "binding", "omp.h": "core", "opencv2/": "opencv"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_dependencies_point_one_way(path):
    room = path.relative_to(ROOT).parts[1]
    for include in re.findall(r'#include [<"](.+?)[>"]', path.read_text()):
        for owned, owner in OWNERS.items():
            assert not include.startswith(owned) or room == owner, f"{include} outside {owner}"
        if include.partition("/")[0] in REACH:
            assert include.partition("/")[0] in REACH[room], f"{room} must not see {include}"


def test_only_the_shim_is_cplusplus():
    assert [p.name for p in SOURCES if p.suffix == ".cpp"] == ["shim.cpp"]
