"""How many threads, that they change nothing but the time, and what happens when refused."""

import multiprocessing
import os
import sys
import threading

import numpy as np
import pytest

import fastcv
from conftest import linux, run_python
from reference import assert_same

# ---- results ----


@pytest.mark.parametrize("num_threads", [1, 2, 3, 7, 64])
def test_any_thread_count_gives_the_same_bytes(page_and_boxes, num_threads):
    page, boxes = page_and_boxes
    expected = fastcv.image_crop(page, boxes)
    assert_same(fastcv.image_crop_openmp(page, boxes, num_threads=num_threads), expected)


def test_changing_thread_counts_from_call_to_call(page_and_boxes):
    page, boxes = page_and_boxes
    expected = fastcv.image_crop(page, boxes)
    for num_threads in (2, 9, 1, 4, 3, 16, 2):
        assert_same(fastcv.image_crop_openmp(page, boxes, num_threads=num_threads), expected)


def test_many_python_threads_at_once(page_and_boxes):
    page, boxes = page_and_boxes
    expected = fastcv.image_crop(page, boxes)
    colors = fastcv.main_colors(page[:200])
    failures = []

    def work(seed):
        try:
            for i in range(8):
                assert_same(fastcv.image_crop_openmp(page, boxes, num_threads=1 + i % 4), expected)
                found = fastcv.main_colors(page[:200], num_threads=2)
                np.testing.assert_array_equal(found.counts, colors.counts)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    assert not any(thread.is_alive() for thread in threads)


# ---- refused threads ----


@linux
@pytest.mark.parametrize("limited", ["before", "after"])
def test_where_threads_are_refused_a_call_runs_serially(limited):
    """Before or after the host thread has been made. Root is not counted, so not as root."""
    out = run_python(
        f"""
        import os, resource
        import numpy as np, fastcv
        page = np.random.default_rng(0).integers(0, 255, (500, 500, 3), np.uint8)
        if os.getuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        box = np.float32([[[0, 0], [400, 0], [400, 400], [0, 400]]])
        if {limited == "after"}:
            fastcv.image_crop_openmp(page, box, num_threads=2)
        resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
        crops = fastcv.image_crop_openmp(page, box, num_threads=8)
        assert (crops[0] == fastcv.image_crop(page, box)[0]).all()
        print(len(os.listdir("/proc/self/task")))
        """,
        OPENBLAS_NUM_THREADS="1",
    )
    assert out == ("1" if limited == "before" else "2")


@linux
def test_threads_refused_after_a_smaller_team():
    """libgomp has let most of its threads go by then, and must not be sent for new ones."""
    out = run_python(
        """
        import os, resource, time
        import numpy as np, fastcv
        page = np.random.default_rng(0).integers(0, 255, (1000, 1000, 3), np.uint8)
        box = np.float32([[[0, 0], [900, 0], [900, 900], [0, 900]]])
        if os.getuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        for count in (8, 3):
            for _ in range(1000):  # a call may be done before its helpers are awake
                fastcv.image_crop_openmp(page, box, num_threads=count)
                time.sleep(0.01)
                if len(os.listdir("/proc/self/task")) == count:
                    break
            else:
                raise SystemExit(f"never {count} threads")
        resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
        for _ in range(20):
            crops = fastcv.image_crop_openmp(page, box, num_threads=8)
            assert (crops[0] == fastcv.image_crop(page, box)[0]).all()
        print(len(os.listdir("/proc/self/task")))
        """,
        OPENBLAS_NUM_THREADS="1",
    )
    assert out == "3"


@linux
def test_stacks_that_do_not_fit_are_refused_before_libgomp_tries():
    out = run_python(
        """
        import resource
        import numpy as np, fastcv
        page = np.random.default_rng(0).integers(0, 255, (500, 500, 3), np.uint8)
        box = np.float32([[[0, 0], [400, 0], [400, 400], [0, 400]]])
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        crops = fastcv.image_crop_openmp(page, box, num_threads=4)
        print((crops[0] == fastcv.image_crop(page, box)[0]).all())
        """,
        OMP_STACKSIZE="2G",
        OPENBLAS_NUM_THREADS="1",
    )
    assert out == "True"


@linux
@pytest.mark.parametrize("size", ["16k", "100k", "128k"])
def test_stacks_that_are_small(size):
    out = run_python(
        """
        import numpy as np, fastcv
        page = np.random.default_rng(0).integers(0, 255, (500, 500, 4), np.uint8)
        box = np.float32([[[-10, 0], [490, 0], [490, 400], [-10, 400]]])
        for options in ({}, {"interpolation": "cubic"}, {"border": "wrap"}):
            crops = fastcv.image_crop_openmp(page, box, num_threads=4, **options)
            assert (crops[0] == fastcv.image_crop(page, box, **options)[0]).all()
        print(fastcv.main_colors(page, num_threads=4)[1].size)
        """,
        OMP_STACKSIZE=size,
    )
    assert out == "6"


@linux
def test_opencv_starts_no_threads_of_its_own():
    out = run_python(
        """
        import os
        import numpy as np, fastcv
        page = np.zeros((2000, 2000, 3), np.uint8)
        box = np.float32([[[0, 0], [3000, 0], [3000, 3000], [0, 3000]]])
        before = len(os.listdir("/proc/self/task"))
        for interpolation in ("nearest", "linear", "cubic", "lanczos4"):
            fastcv.image_crop(page, box, interpolation=interpolation)
        print(len(os.listdir("/proc/self/task")) - before)
        """
    )
    assert out == "0"


@linux
def test_many_callers_make_no_more_threads_than_one():
    out = run_python(
        """
        import os, threading, time
        import numpy as np, fastcv
        page = np.zeros((2000, 2000, 3), np.uint8)
        box = np.float32([[[0, 0], [900, 0], [900, 900], [0, 900]]])
        before = len(os.listdir("/proc/self/task"))
        def work():
            for _ in range(10):
                fastcv.image_crop_openmp(page, box, num_threads=4)
        callers = [threading.Thread(target=work) for _ in range(8)]
        [t.start() for t in callers], [t.join() for t in callers]
        time.sleep(0.3)  # a joined Python thread may still be on its way out
        print(len(os.listdir("/proc/self/task")) - before)
        """
    )
    assert out == "3"


@linux
def test_a_caller_pinned_elsewhere_takes_its_team_along():
    out = run_python(
        """
        import os, time
        import numpy as np, fastcv
        page = np.zeros((2000, 2000, 3), np.uint8)
        box = np.float32([[[0, 0], [900, 0], [900, 900], [0, 900]]])
        def threads():
            return set(map(int, os.listdir("/proc/self/task")))
        def call_until(has_come):  # a call does not wait for helpers that come late
            for _ in range(1000):
                fastcv.image_crop_openmp(page, box, num_threads=3)
                time.sleep(0.01)
                if has_come():
                    return
        before = threads()
        call_until(lambda: len(threads() - before) == 2)
        theirs = threads()
        cpu = {min(os.sched_getaffinity(0))}
        os.sched_setaffinity(0, cpu)
        call_until(lambda: threads() - theirs)
        ours = threads() - theirs
        assert ours
        print(all(os.sched_getaffinity(thread) == cpu for thread in ours))
        """
    )
    assert out == "True"


# ---- how many ----


def test_set_and_get():
    default = fastcv.get_num_threads()
    fastcv.set_num_threads(5)
    assert fastcv.get_num_threads() == 5
    fastcv.set_num_threads(None)
    assert fastcv.get_num_threads() == default


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"OMP_NUM_THREADS": "3"}, 3),
        ({"OMP_NUM_THREADS": "3,2"}, 3),
        ({"OMP_NUM_THREADS": " 3 "}, 3),
        ({"OMP_NUM_THREADS": "3", "FASTCV_NUM_THREADS": "7"}, 7),
        ({"OMP_NUM_THREADS": "3", "FASTCV_NUM_THREADS": "0"}, 3),
        ({"OMP_NUM_THREADS": "3", "FASTCV_NUM_THREADS": "many"}, 3),
        ({"OMP_NUM_THREADS": "3", "FASTCV_NUM_THREADS": "-1"}, 3),
        ({"OMP_NUM_THREADS": "9", "OMP_THREAD_LIMIT": "4"}, 4),
        ({"FASTCV_NUM_THREADS": "9", "OMP_THREAD_LIMIT": "4"}, 4),
        ({"FASTCV_NUM_THREADS": "99999999999999999999", "OMP_NUM_THREADS": "2"}, 2),
        ({"FASTCV_NUM_THREADS": "5000"}, 1024),
    ],
)
def test_the_environment(monkeypatch, settings, expected):
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert fastcv.get_num_threads() == expected
    fastcv.set_num_threads(2)
    assert fastcv.get_num_threads() == 2


@linux
def test_openmps_own_setting_caps_the_default():
    """omp_set_num_threads is what threadpoolctl's threadpool_limits calls, in each library."""
    code = """
        import ctypes, threading
        import numpy as np, fastcv
        maps = open("/proc/self/maps").read().split()
        paths = {path for path in maps if "/libgomp" in path or "/libomp" in path}
        libraries = [ctypes.CDLL(path) for path in paths]

        def limit(count):
            for library in libraries:
                library.omp_set_num_threads(count)

        def counts():
            seen = [fastcv.get_num_threads()]
            thread = threading.Thread(target=lambda: seen.append(fastcv.get_num_threads()))
            thread.start()
            thread.join()
            return seen

        before = [library.omp_get_max_threads() for library in libraries]
        print(counts())
        for count in (1, 99):
            limit(count)
            print(counts())
        fastcv.set_num_threads(5)
        limit(1)
        print(counts())
        fastcv.set_num_threads(None)
        page = np.random.default_rng(0).integers(0, 255, (500, 500, 3), np.uint8)
        box = np.float32([[[0, 0], [400, 0], [400, 400], [0, 400]]])
        crops = fastcv.image_crop_openmp(page, box, num_threads=3)
        assert (crops[0] == fastcv.image_crop(page, box)[0]).all()
        for library, count in zip(libraries, before):
            library.omp_set_num_threads(count)
        print(counts())
    """
    expected = [[3, 3], [1, 3], [3, 3], [5, 5], [3, 3]]
    for name in ("FASTCV_NUM_THREADS", "OMP_NUM_THREADS"):
        out = run_python(code, **{name: "3"})
        assert out == "\n".join(map(str, expected))


@linux
def test_the_affinity_counts():
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert fastcv.get_num_threads() == 1
    finally:
        os.sched_setaffinity(0, before)


def count_in_child(queue, explicit):
    if explicit:
        fastcv.set_num_threads(explicit)
    queue.put(fastcv.get_num_threads())


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
@pytest.mark.parametrize("explicit", [None, 6])
def test_a_worker_process_uses_one_thread_unless_told(method, explicit):
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    child = context.Process(target=count_in_child, args=(queue, explicit))
    child.start()
    assert queue.get(timeout=60) == (explicit or 1)
    child.join(60)


class StandIn:
    """billiard.process, as far as it tells a worker from the main process."""

    def __init__(self, **attributes):
        self.process = type("Process", (), attributes)()

    def current_process(self):
        return self.process


@pytest.mark.parametrize(
    ("attributes", "is_worker"),
    [({"_parent_pid": 4711}, True), ({"_parent_pid": None}, False), ({}, False)],
)
def test_a_worker_of_billiard_uses_one_thread_unless_told(monkeypatch, attributes, is_worker):
    default = fastcv.get_num_threads()
    monkeypatch.setitem(sys.modules, "billiard.process", StandIn(**attributes))
    assert fastcv.get_num_threads() == (1 if is_worker else default)
    fastcv.set_num_threads(6)
    assert fastcv.get_num_threads() == 6


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_real_worker_of_billiard(method):
    billiard = pytest.importorskip("billiard")
    context = billiard.get_context(method)
    queue = context.Queue()
    default = fastcv.get_num_threads()
    child = context.Process(target=count_in_child, args=(queue, None))
    child.start()
    assert queue.get(timeout=60) == 1
    child.join(60)
    assert fastcv.get_num_threads() == default
