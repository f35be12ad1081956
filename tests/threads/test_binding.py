"""Threads that libgomp binds to CPUs (OMP_PROC_BIND, OMP_PLACES), and threads with small stacks."""

import ctypes.util
import os

import pytest

from conftest import linux, run_python

pytestmark = linux
BINDINGS = [
    {"OMP_PROC_BIND": "true"},
    {"OMP_PROC_BIND": "spread"},
    {"OMP_PLACES": "cores"},
    {"GOMP_CPU_AFFINITY": "0-1023"},
]
by_binding = pytest.mark.parametrize("binding", BINDINGS, ids=lambda b: "=".join(*b.items()))
several_cpus = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2 if hasattr(os, "sched_getaffinity") else True,
    reason="one CPU: nothing to bind",
)
libgomp = pytest.mark.skipif(not ctypes.util.find_library("gomp"), reason="libgomp has no name")


@several_cpus
@by_binding
def test_importing_fastcv_binds_nothing(binding):
    run_python(
        """
        import os
        before = os.sched_getaffinity(0)
        import fastcv
        assert os.sched_getaffinity(0) == before
        quota = fastcv._core._cgroup_cpus("") or len(before)
        assert fastcv.get_num_threads() == min(quota, len(before))
        """,
        **binding,
    )


@several_cpus
@libgomp
@by_binding
def test_a_thread_that_another_library_had_bound_stays_so_and_counts_all(binding):
    out = run_python(
        f"""
        import ctypes, os, threading
        before = os.sched_getaffinity(0)
        ctypes.CDLL({ctypes.util.find_library("gomp")!r}, mode=ctypes.RTLD_GLOBAL)
        bound = os.sched_getaffinity(0)
        if bound == before:
            print("unbound")
        import fastcv
        assert os.sched_getaffinity(0) == bound
        quota = fastcv._core._cgroup_cpus("") or len(before)
        counts = [fastcv.get_num_threads()]
        thread = threading.Thread(target=lambda: counts.append(fastcv.get_num_threads()))
        thread.start(), thread.join()
        assert counts == [min(quota, len(before))] * 2
        """,
        **binding,
    )
    if out == "unbound":
        pytest.skip("libgomp binds nothing here: it could not read the CPUs' topology in /sys")


@pytest.mark.rest
@several_cpus
@libgomp
@by_binding
@pytest.mark.parametrize("is_bound", [False, True])
@pytest.mark.parametrize("num_threads", [2, 5])
def test_helpers_may_run_on_all_cpus(binding, is_bound, num_threads):
    """And another size of team needs no thread that has not been tried."""
    out = run_python(
        f"""
        import ctypes, os, time
        every = os.sched_getaffinity(0)
        if {is_bound}:
            ctypes.CDLL({ctypes.util.find_library("gomp")!r}, mode=ctypes.RTLD_GLOBAL)
        import numpy as np, fastcv
        page = np.random.default_rng(0).integers(0, 255, (900, 900, 3), np.uint8)
        box = np.float32([[[0, 0], [900, 0], [900, 900], [0, 900]]])
        expected = fastcv.image_crop(page, box)[0]
        def threads():
            return set(map(int, os.listdir("/proc/self/task")))
        before = threads()
        def have_come():
            ours = threads() - before
            try:
                return len(ours) == {num_threads} - 1 and all(
                    os.sched_getaffinity(thread) == every for thread in ours
                )
            except ProcessLookupError:  # it has ended meanwhile
                return False
        come = False
        for _ in range(1000):  # a call does not wait for helpers that come late
            crop = fastcv.image_crop_openmp(page, box, num_threads={num_threads})[0]
            assert (crop == expected).all()
            come = have_come()
            if come:
                break
            time.sleep(0.01)
        print(come)
        """,
        OPENBLAS_NUM_THREADS="1",
        **binding,
    )
    assert out == "True"


@pytest.mark.alone
@several_cpus
@by_binding
def test_a_thread_that_is_pinned_later_counts_its_own_cpus(binding):
    out = run_python(
        """
        import os, fastcv
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        print(fastcv.get_num_threads())
        """,
        **binding,
    )
    assert out == "1"


def test_the_count_needs_little_stack():
    """The smallest that CPython allows; reading cgroups takes part of it."""
    out = run_python(
        """
        import threading
        import fastcv
        expected = fastcv.get_num_threads()
        threading.stack_size(32768)
        counts = []
        def count():
            counts.append(fastcv.get_num_threads())
            counts.append(fastcv._core._cgroup_cpus(""))
        thread = threading.Thread(target=count)
        thread.start(), thread.join()
        assert counts[0] == expected
        print(len(counts))
        """
    )
    assert out == "2"
