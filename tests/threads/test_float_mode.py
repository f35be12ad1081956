"""Every loop computes in one known floating-point mode, and every thread keeps its own mode."""

import json
import shutil
import subprocess
import sysconfig

import pytest

from conftest import ROOT, linux, run_python

# Rounding and flushing; build_modes compiles them.
MODES = ["downward", "upward", "toward zero", "flushing"]

MODES_C = """
#include <fenv.h>
#include <string.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
static unsigned long control(void) { return _mm_getcsr() & 0xFFC0; }
static void flush(void) { _mm_setcsr(_mm_getcsr() | 0x8040); }
#else
static unsigned long control(void)
{
    unsigned long fpcr;
    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    return fpcr;
}
static void flush(void) { __asm__ volatile("msr fpcr, %0" : : "r"(control() | 1ul << 24)); }
#endif
unsigned long mode(void) { return control(); }
void enter(const char *name)
{
    if (strcmp(name, "downward") == 0)
        fesetround(FE_DOWNWARD);
    else if (strcmp(name, "upward") == 0)
        fesetround(FE_UPWARD);
    else if (strcmp(name, "toward zero") == 0)
        fesetround(FE_TOWARDZERO);
    else if (strcmp(name, "flushing") == 0)
        flush();
    else
        fesetround(FE_TONEAREST);
}
"""

# Inputs are made in the default mode. digests() runs calls whose arithmetic is all in loops.
CALLS = """
import ctypes, hashlib, json, signal, sys, threading, time
sys.path.insert(0, {tests!r})
import numpy as np, fastcv, quads
modes = ctypes.PyDLL({library!r})
modes.mode.restype = ctypes.c_ulong
rng = np.random.default_rng(12)
page = rng.integers(0, 255, (700, 900, 3), np.uint8)
text = np.zeros((321, 457), np.float32)
for corners in quads.turned(rng, 30, 457, 321).astype(int):
    text[corners[:, 1].min() : corners[:, 1].max(), corners[:, 0].min() : corners[:, 0].max()] = 0.9
text *= rng.random(text.shape, np.float32) ** 0.1 + np.float32(1e-40)
small = {{t: (page * np.array(tiny, t)).astype(t)
         for t, tiny in ((np.float32, 1e-42), (np.float64, 1e-320))}}
boxes = np.concatenate([quads.turned(rng, 30, 900, 700)] * 2)
polygons = rng.uniform(0, 500, (3000, 1, 2)) + rng.uniform(-9, 9, (3000, 5, 2))
points = rng.uniform(0, 500, (9000, 2))
flat_polygons, flat_points = polygons * [1, 1e-310], points * [1, 1e-310]

def digest(*arrays):
    return hashlib.sha1(b"".join(array.tobytes() for array in arrays)).hexdigest()[:12]

def digests(num_threads):
    def crop(page, **options):
        if num_threads == 1:
            return fastcv.image_crop(page, boxes, **options)
        return fastcv.image_crop_openmp(page, boxes, num_threads=num_threads, **options)
    found = {{
        "linear": digest(*crop(page)),
        "cubic": digest(*crop(page, interpolation="cubic")),
        "lanczos4": digest(*crop(page, interpolation="lanczos4")),
        "float32": digest(*crop(small[np.float32])),
        "float64": digest(*crop(small[np.float64])),
        "colors": digest(*fastcv.main_colors(page, num_threads=num_threads)),
        "words' colours": digest(*fastcv.text_colors(page, boxes, num_threads=num_threads)),
        "detector's boxes": digest(
            *fastcv.detector_boxes(text, (321, 457), num_threads=num_threads)
        ),
        "CRAFT's boxes": digest(
            fastcv.craft_boxes(text, text[::-1], ratio=0.7, num_threads=num_threads)
        ),
        "polygons": digest(
            fastcv.match_polygons(polygons, points, 12.5, num_threads=num_threads)
        ),
        "flat polygons": digest(
            fastcv.match_polygons(flat_polygons, flat_points, 12.5, num_threads=num_threads)
        ),
    }}
    return found
"""

cc = shutil.which("cc") or shutil.which("gcc")
pytestmark = [
    linux,
    pytest.mark.skipif(not cc, reason="no C compiler"),
    pytest.mark.skipif(
        sysconfig.get_platform() not in ("linux-x86_64", "linux-aarch64"),
        reason="sets the mode of x86-64 and aarch64",
    ),
]


@pytest.fixture(scope="module")
def calls(tmp_path_factory):
    folder = tmp_path_factory.mktemp("modes")
    source, library = folder / "modes.c", folder / "modes.so"
    source.write_text(MODES_C)
    subprocess.run(
        [cc, "-O1", "-shared", "-fPIC", str(source), "-o", str(library), "-lm"], check=True
    )
    return CALLS.format(tests=str(ROOT / "tests"), library=str(library))


@pytest.fixture(scope="module")
def expected(calls):
    return json.loads(run_python(calls + "print(json.dumps(digests(1)))"))


@pytest.mark.parametrize("mode", ["nearest", *MODES])
def test_a_callers_mode_changes_no_result_and_stays(calls, expected, mode):
    """Not its own results, nor those of later calls in the default mode: helpers inherit none."""
    code = f"""
found = {{}}
def call(title):
    before = modes.mode()
    found[title] = [digests(1), digests(2)]
    assert modes.mode() == before
def first_calls():
    modes.enter({mode!r}.encode())
    call("the process's first calls, on another thread")
thread = threading.Thread(target=first_calls)
thread.start(), thread.join()
call("in the default mode")
modes.enter({mode!r}.encode())
call("on the main thread")
print(json.dumps(found))
"""
    found = json.loads(run_python(calls + code))
    assert len(found) == 3
    for title, (serial, parallel) in found.items():
        assert serial == expected, title
        assert parallel == expected, title


@pytest.mark.rest
@pytest.mark.alone
@pytest.mark.parametrize("mode", ["downward", "flushing"])
def test_a_signal_handler_runs_in_the_callers_mode(calls, mode):
    """And may change it: the loop goes on in its own, and the call ends in the new one."""
    code = f"""
box = np.float32([[[0, 0], [150, 0], [150, 150], [0, 150]]])
def call(num_threads):
    return digest(*fastcv.image_crop_openmp(
        small[np.float64], box, interpolation="lanczos4", num_threads=num_threads
    ))
def seconds():
    start = time.perf_counter()
    call(1)
    return time.perf_counter() - start
# Some CPUs take 50 times as long as others for numbers as tiny as these. Twice, for any may stall.
while min(seconds(), seconds()) < 0.3:
    box *= 1.4
expected = call(1)
seen = []
def handler(*_):
    seen.append(modes.mode())
    modes.enter(b"upward")
    handler.mode = modes.mode()
signal.signal(signal.SIGALRM, handler)
for num_threads in (1, 2):
    modes.enter(b"nearest")
    modes.enter({mode!r}.encode())
    before = modes.mode()
    signal.setitimer(signal.ITIMER_REAL, 0.08)
    found = call(num_threads)
    assert modes.mode() == handler.mode != before
    assert seen.pop() == before and not seen
    assert found == expected
"""
    run_python(calls + code)
