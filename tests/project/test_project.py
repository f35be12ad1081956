"""Fences between rooms: which may include whose headers."""

import re

import pytest

from conftest import ROOT

SOURCES = sorted(
    [*ROOT.glob("src/**/*.[ch]"), *ROOT.glob("src/**/*.cpp"), *ROOT.glob("include/**/*.h")]
)
REACH = {  # layer: the layers whose headers it may include
    "binding": {"binding", "fastcv"},
    "core": {"core", "fastcv", "kernels", "opencv"},
    "kernels": {"kernels", "fastcv"},
    "opencv": {"opencv", "opencv2", "fastcv"},
    "fastcv": {"fastcv"},
}
ROOMS = {  # room: the other rooms whose headers it may include
    "core/build.c": {"opencv"},
    "core/crop": {"core/memory", "core/rects", "kernels/gray", "kernels/warp", "opencv"},
    "core/batches": {"core/crop", "kernels/gray", "kernels/resample", "kernels/resize"},
    "core/colors": {"core/memory", "kernels/runs"},
    "core/decode": {"kernels/argmax"},
    "core/detect": {"core/rects", "kernels/mask"},
    "core/polygons": {"kernels/near"},
    "binding/run.c": {"binding/convert"},
    "binding/colors": {"binding/convert", "binding/crop"},
    "binding/batches": {"binding/convert", "binding/crop", "binding/memory"},
    "binding/crop": {"binding/convert", "binding/memory"},
    **{f"binding/{room}": {"binding/convert"}
       for room in ("decode", "detect", "memory", "polygons", "settings", "sums")},
    "opencv/shim.cpp": {"opencv"},
}  # fmt: skip
"""A room is a folder of a layer: a subject, or a family of kernels. Rooms share the headers in
include/fastcv and those directly in a layer's folder, and otherwise do not see each other."""
OWNERS = {"Python.h": "binding", "numpy/": "binding", "omp.h": "core", "opencv2/": "opencv"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_dependencies_point_one_way(path):
    room = path.relative_to(ROOT).parts[1]
    for include in re.findall(r'#include [<"](.+?)[>"]', path.read_text()):
        for owned, owner in OWNERS.items():
            assert not include.startswith(owned) or room == owner, f"{include} outside {owner}"
        if include.partition("/")[0] in REACH:
            assert include.partition("/")[0] in REACH[room], f"{room} must not see {include}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_rooms_do_not_see_each_other(path):
    room = "/".join(path.relative_to(ROOT).parts[1:3])
    allowed = {room, *ROOMS.get(room, set())}
    for include in re.findall(r'#include "(.+?)"', path.read_text()):
        layer, *folders, _ = include.split("/")
        is_shared = not folders and layer != "opencv"
        assert is_shared or {layer, "/".join([layer, *folders])} & allowed, (
            f"{room} must not see {include}"
        )


def test_only_the_shim_is_cplusplus():
    assert [p.name for p in SOURCES if p.suffix == ".cpp"] == ["shim.cpp"]
