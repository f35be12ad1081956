"""The families of kernels do not know each other: adding one touches none of the others."""

import re

import pytest

from conftest import ROOT

KERNELS = ROOT / "src/kernels"
FAMILIES = sorted(folder.name for folder in KERNELS.iterdir() if folder.is_dir())
MAY_SEE = {  # of the public headers
    "argmax": set(),
    "gray": set(),
    "mask": set(),
    "near": {"disc.h"},
    "resample": set(),
    "resize": {"float_mode.h", "tensor_type.h"},
    "runs": set(),
    "sketch": set(),
    "warp": {"float_mode.h"},
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_sees_itself_and_the_cpu(family):
    for path in KERNELS.glob(f"{family}/*.[ch]"):
        for include in re.findall(r'#include "(.+?)"', path.read_text()):
            room, _, name = include.partition("/")
            own = include.startswith(f"kernels/{family}/") or include == "kernels/cpu.h"
            assert own or (room == "fastcv" and name in MAY_SEE[family]), f"{path}: {include}"


def test_only_the_choice_of_a_variant_knows_the_cpu():
    """Variants are compiled for one instruction set and never ask which one is in use."""
    for path in KERNELS.glob("*/*.[ch]"):
        asks = "kernels/cpu.h" in path.read_text()
        assert asks == (path.stem == path.parent.name and path.suffix == ".c"), path
