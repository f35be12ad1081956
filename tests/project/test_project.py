"""Fences between rooms: which may include whose headers."""

import re

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
    "core/colors": {"core/memory", "kernels/runs", "kernels/sketch"},
    "core/decode": {"kernels/argmax"},
    "core/detect": {"core/rects", "kernels/mask"},
    "core/polygons": {"kernels/near"},
    "binding/run.c": {"binding/convert"},
    "binding/colors": {"binding/convert", "binding/crop"},
    "binding/batches": {"binding/convert", "binding/crop", "binding/memory"},
    "binding/crop": {"binding/convert", "binding/memory"},
    **{f"binding/{room}": {"binding/convert"}
       for room in ("decode", "detect", "memory", "png", "polygons", "records", "settings",
                    "sums", "tar")},
    "opencv/shim.cpp": {"opencv"},
}  # fmt: skip
"""A room is a folder of a layer: a subject, or a family of kernels. Rooms share the headers in
include/fastcv and those directly in a layer's folder, and otherwise do not see each other."""
OWNERS = {"Python.h": "binding", "numpy/": "binding", "omp.h": "core", "opencv2/": "opencv"}


def includes(pattern):
    """Of each source: its path's parts below src or include, and what it includes."""
    for path in SOURCES:
        for include in re.findall(pattern, path.read_text()):
            yield path.relative_to(ROOT).parts[1:], include


def test_dependencies_point_one_way():
    for (layer, *_), include in includes(r'#include [<"](.+?)[>"]'):
        for owned, owner in OWNERS.items():
            assert not include.startswith(owned) or layer == owner, f"{include} outside {owner}"
        if include.partition("/")[0] in REACH:
            assert include.partition("/")[0] in REACH[layer], f"{layer} must not see {include}"


def test_rooms_do_not_see_each_other():
    for parts, include in includes(r'#include "(.+?)"'):
        room = "/".join(parts[:2])
        layer, *folders, _ = include.split("/")
        is_shared = not folders and layer != "opencv"
        allowed = {room, *ROOMS.get(room, set())}
        assert is_shared or {layer, "/".join([layer, *folders])} & allowed, (
            f"{'/'.join(parts)} must not see {include}"
        )


def test_only_the_shim_is_cplusplus():
    assert [p.name for p in SOURCES if p.suffix == ".cpp"] == ["shim.cpp"]
