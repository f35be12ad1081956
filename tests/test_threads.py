"""How many threads, that they change nothing but the time, and that nothing hangs."""

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

import fastcv
import quads
from reference import assert_same

LINUX = sys.platform == "linux"
linux = pytest.mark.skipif(not LINUX, reason="uses Linux's own ways")


@pytest.fixture(scope="module")
def page_and_boxes():
    rng = np.random.default_rng(3)
    page = rng.integers(0, 255, (1000, 1200, 3), np.uint8)
    return page, quads.turned(rng, 150, 1200, 1000)


@pytest.fixture
def long_call(rng):
    """Seconds of work, for whoever wants to look in while it runs."""
    page = rng.integers(0, 255, (500, 500, 4), np.uint8).astype(np.float64)
    box = np.float32([[[0, 0], [4000, 0], [4000, 4000], [0, 4000]]])
    return lambda crop, **more: crop(page, box, interpolation="lanczos4", **more)


def run_python(code, timeout=60, **environment):
    """In a process of its own; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


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


# ---- the GIL and signals ----


@pytest.mark.parametrize("crop", [fastcv.image_crop, fastcv.image_crop_openmp])
def test_other_python_threads_go_on_during_a_call(long_call, crop):
    ticks, stop = [], threading.Event()

    def tick():
        while not stop.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    start = time.perf_counter()
    long_call(crop)
    end = time.perf_counter()
    stop.set()
    thread.join()
    during = [t for t in ticks if start + 0.05 < t < end - 0.05]
    assert len(during) > 20


@linux
@pytest.mark.parametrize(
    "call",
    [
        "fastcv.image_crop(page, box, interpolation='lanczos4')",
        "fastcv.image_crop_openmp(page, box, interpolation='lanczos4', num_threads=2)",
        "fastcv.main_colors(random, num_threads=1)",
        "fastcv.main_colors(random, num_threads=2)",
    ],
)
def test_an_interrupt_ends_a_call_soon(call):
    out = run_python(
        f"""
        import os, signal, threading, time
        import numpy as np, fastcv
        signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs ignore it
        page = np.zeros((500, 500, 4))
        box = np.float32([[[0, 0], [6000, 0], [6000, 6000], [0, 6000]]])
        random = np.random.default_rng(0).integers(0, 255, (5000, 5000, 3), np.uint8)
        fastcv.set_output_limits(crop_bytes=1 << 33, call_bytes=1 << 33)
        sent = []
        def send():
            time.sleep(0.4)
            sent.append(time.perf_counter())
            os.kill(os.getpid(), signal.SIGINT)
        threading.Thread(target=send).start()
        try:
            while True:  # on a fast machine one call ends before the signal
                {call}
        except KeyboardInterrupt:
            late = time.perf_counter() - sent[0]
        crops = fastcv.image_crop_openmp(page, box / 60, num_threads=2)
        assert crops[0].shape == (100, 100, 4)
        print(late)
        """
    )
    assert float(out) < 1.0  # 50 ms and an item by design; the machine may be busy


@linux
def test_an_interrupt_ends_a_call_that_waits_for_another_threads(long_call):
    """The other call goes on; the one in the queue leaves it."""
    page = np.zeros((500, 500), np.uint8)
    box = np.float32([[[0, 0], [400, 0], [400, 400], [0, 400]]])
    done = []

    def work():
        for _ in range(3):
            long_call(fastcv.image_crop_openmp, num_threads=2)
        done.append(time.perf_counter())

    def call_for_ever():
        while True:
            fastcv.image_crop_openmp(page, box, num_threads=2)

    class Stop(Exception):
        pass

    def handler(*_):
        raise Stop

    thread = threading.Thread(target=work)
    before = signal.signal(signal.SIGALRM, handler)
    try:
        thread.start()
        time.sleep(0.2)
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(Stop):
            call_for_ever()
        stopped = time.perf_counter()
    finally:
        signal.signal(signal.SIGALRM, before)
        thread.join()
    assert stopped < done[0]
    assert fastcv.image_crop_openmp(page, box, num_threads=2)[0].shape == (400, 400)


@linux
def test_a_signal_handler_may_call_fastcv(page_and_boxes, long_call):
    page, boxes = page_and_boxes
    expected = fastcv.image_crop(page, boxes)
    seen = []

    def handler(*_):
        seen.append(fastcv.image_crop_openmp(page, boxes, num_threads=2))

    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        crops = long_call(fastcv.image_crop_openmp, num_threads=2)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert_same(seen[0], expected)
    assert_same(crops, long_call(fastcv.image_crop))


@linux
def test_a_signal_handler_may_fork():
    out = run_python(
        """
        import os, signal, sys
        import numpy as np, fastcv
        page = np.zeros((300, 300, 4))
        box = np.float32([[[0, 0], [4000, 0], [4000, 4000], [0, 4000]]])
        child = []
        signal.signal(signal.SIGALRM, lambda *_: child.append(os.fork()))
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        try:
            crops = fastcv.image_crop_openmp(page, box, interpolation="lanczos4", num_threads=2)
        except RuntimeError as error:
            assert child == [0] and "forked during the call" in str(error)
            small = fastcv.image_crop_openmp(page, box / 10, num_threads=2)
            os._exit(small[0].shape != (400, 400, 4))
        assert child[0] > 0 and crops[0].shape == (4000, 4000, 4)
        print(os.waitstatus_to_exitcode(os.waitpid(child[0], 0)[1]))
        """
    )
    assert out == "0"


@linux
def test_daemon_threads_may_be_in_a_call_when_the_interpreter_ends():
    """At shutdown CPython ends a thread that asks for the GIL, and with it the thread's stack."""
    run_python(
        """
        import threading, time
        import numpy as np, fastcv
        page = np.zeros((500, 500, 4))
        box = np.float32([[[0, 0], [3000, 0], [3000, 3000], [0, 3000]]])
        def work():
            while True:
                fastcv.image_crop_openmp(page, box, interpolation="lanczos4", num_threads=2)
        for _ in range(6):
            threading.Thread(target=work, daemon=True).start()
        time.sleep(0.5)
        """
    )


@linux
def test_an_interrupt_ends_the_planning_of_a_million_boxes():
    class Stop(Exception):
        pass

    def handler(*_):
        raise Stop

    page = np.zeros((100, 100), np.uint8)
    boxes = np.tile(np.float32([[0, 0], [9, 0], [9, 9], [0, 9]]), (3_000_000, 1, 1))
    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(Stop):
            fastcv.image_crop(page, boxes)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# ---- fork ----


def in_child(page, boxes, queue):
    queue.put([c.sum() for c in fastcv.image_crop_openmp(page, boxes, num_threads=3)])


@linux
@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_children_compute_the_same_after_the_parent_used_openmp(page_and_boxes, method):
    page, boxes = page_and_boxes
    expected = [c.sum() for c in fastcv.image_crop_openmp(page, boxes, num_threads=3)]
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    children = [context.Process(target=in_child, args=(page, boxes, queue)) for _ in range(3)]
    for child in children:
        child.start()
    for _ in children:
        assert queue.get(timeout=60) == expected
    for child in children:
        child.join(60)
        assert child.exitcode == 0


@linux
def test_fork_while_another_thread_is_in_a_call(page_and_boxes, long_call):
    page, boxes = page_and_boxes
    expected = fastcv.image_crop_openmp(page, boxes, num_threads=2)
    thread = threading.Thread(
        target=long_call, args=(fastcv.image_crop_openmp,), kwargs={"num_threads": 2}
    )
    thread.start()
    time.sleep(0.1)
    for _ in range(20):
        child = os.fork()
        if child == 0:
            try:
                signal.alarm(30)
                crops = fastcv.image_crop_openmp(page, boxes, num_threads=2)
                same = all(np.array_equal(a, b) for a, b in zip(crops, expected, strict=True))
                os._exit(0 if same else 1)
            finally:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    thread.join()


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
    assert out == ("1" if limited == "before" else "3")


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
    assert out == "4"


@linux
def test_a_caller_pinned_elsewhere_takes_its_team_along():
    out = run_python(
        """
        import os
        import numpy as np, fastcv
        page = np.zeros((2000, 2000, 3), np.uint8)
        box = np.float32([[[0, 0], [900, 0], [900, 900], [0, 900]]])
        fastcv.image_crop_openmp(page, box, num_threads=3)
        cpu = {min(os.sched_getaffinity(0))}
        theirs = set(map(int, os.listdir("/proc/self/task")))
        os.sched_setaffinity(0, cpu)
        fastcv.image_crop_openmp(page, box, num_threads=3)
        ours = set(map(int, os.listdir("/proc/self/task"))) - theirs
        assert len(ours) >= 2
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


@pytest.mark.parametrize("value", [0, -2, 1025])
def test_set_refuses_counts_out_of_range(value):
    fastcv.set_num_threads(3)
    with pytest.raises(
        ValueError, match=f"set_num_threads: num_threads must be from .* got {value}"
    ):
        fastcv.set_num_threads(value)
    with pytest.raises(TypeError, match="set_num_threads: num_threads must be an int or None"):
        fastcv.set_num_threads("3")
    assert fastcv.get_num_threads() == 3


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
