"""Floating-point modes of a thread, and how to call something in one."""

import ctypes
import platform
import struct

import pytest

FEGETROUND = {
    "x86_64": {"downward": 0x400, "upward": 0x800, "towards zero": 0xC00},
    "aarch64": {"downward": 0x800000, "upward": 0x400000, "towards zero": 0xC00000},
}
FLUSH = {"x86_64": (28, 0x8040), "aarch64": (0, 1 << 24)}
"""Where glibc's fenv_t holds the control register, and the bits that flush to zero."""

MACHINE = platform.machine()
MODES = [*FEGETROUND["x86_64"], "flush to zero"]

needs_modes = pytest.mark.skipif(
    MACHINE not in FLUSH or platform.libc_ver()[0] != "glibc",
    reason="knows glibc's floating-point modes on x86-64 and aarch64",
)


def call_in(mode, function):
    """What a function returns on a thread in this mode. The mode is then what it was before."""
    libm = ctypes.CDLL("libm.so.6")
    before, within = ctypes.create_string_buffer(64), ctypes.create_string_buffer(64)
    libm.fegetenv(before)
    if mode == "flush to zero":
        at, bits = FLUSH[MACHINE]
        libm.fegetenv(within)
        (control,) = struct.unpack_from("=I", within, at)
        struct.pack_into("=I", within, at, control | bits)
        libm.fesetenv(within)
    else:
        assert libm.fesetround(FEGETROUND[MACHINE][mode]) == 0
    try:
        return function()
    finally:
        libm.fesetenv(before)
