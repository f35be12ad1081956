"""That a call lets others go on, ends when interrupted, and never hangs after a fork."""

import contextlib
import multiprocessing
import os
import signal
import threading
import time

import numpy as np
import pytest

import fastcv
from conftest import ROOT, linux, run_python
from reference import assert_same

# ---- the GIL and signals ----


@contextlib.contextmanager
def interrupted_after(seconds):
    """What is done within has to end with the exception of a signal's handler."""

    class Stop(Exception):
        pass

    def handler(*_):
        raise Stop

    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        with pytest.raises(Stop):
            yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


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


@pytest.mark.parametrize("is_view", [False, True])
def test_an_array_in_use_cannot_be_resized(is_view):
    """Not even with refcheck=False, which would free what a call reads or writes."""
    page, out = np.zeros((500, 500, 4), np.uint16), np.empty(20 * 1000 * 1000 * 4 + 1, np.uint16)
    image, memory = (page[1:], out[1:]) if is_view else (page, out)
    boxes = np.tile(np.float32([[0, 0], [1000, 0], [1000, 1000], [0, 1000]]), (20, 1, 1))

    def call():
        fastcv.image_crop(image, boxes, interpolation="lanczos4", out=memory)

    thread = threading.Thread(target=call)
    thread.start()
    time.sleep(0.05)
    assert thread.is_alive()
    for array in (page, out):
        with pytest.raises(ValueError, match="cannot resize"):
            array.resize(7, refcheck=False)
    thread.join()
    page.resize((2, 3), refcheck=False)


@linux
@pytest.mark.parametrize(
    "call",
    [
        "fastcv.image_crop(page, box, interpolation='lanczos4')",
        "fastcv.image_crop_openmp(page, box, interpolation='lanczos4', num_threads=2)",
        "fastcv.main_colors(random, num_threads=1)",
        "fastcv.main_colors(random, num_threads=2)",
        "fastcv.text_colors(random, np.tile([0, 0, 3000, 3000], (100_000, 1)), num_threads=1)",
        "fastcv.detector_boxes(specks, specks, num_threads=1)",
        "fastcv.craft_boxes(specks, specks, num_threads=1)",
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
        specks = np.random.default_rng(0).random((4000, 4000), np.float32)
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

    thread = threading.Thread(target=work)
    thread.start()
    try:
        time.sleep(0.2)
        with interrupted_after(0.2):
            call_for_ever()
        stopped = time.perf_counter()
    finally:
        thread.join()
    assert stopped < done[0]
    assert fastcv.image_crop_openmp(page, box, num_threads=2)[0].shape == (400, 400)


@pytest.mark.rest
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
@pytest.mark.parametrize("seconds", [0.02, 0.3])
def test_an_interrupt_ends_the_reading_or_planning_of_a_million_boxes(seconds):
    page = np.zeros((100, 100), np.uint8)
    boxes = np.tile(np.float32([[0, 0], [9, 0], [9, 9], [0, 9]]), (3_000_000, 1, 1))
    with interrupted_after(seconds):
        fastcv.image_crop(page, boxes)


@linux
@pytest.mark.parametrize("crop", [fastcv.image_crop, fastcv.image_crop_openmp])
def test_a_signal_that_comes_while_arguments_are_read_is_not_lost(crop):
    """Its handler runs with the first Python code after that, wherever it is."""
    page = np.zeros((100, 100), np.uint8)
    boxes = [np.float32([[0, 0], [9, 0], [9, 9], [0, 9]])] * 300_000
    for _ in range(5):
        with interrupted_after(0.02):
            crop(page, boxes)


# ---- fork ----


def in_child(page, boxes, queue):
    queue.put([c.sum() for c in fastcv.image_crop_openmp(page, boxes, num_threads=3)])


@pytest.mark.rest
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


@linux
@pytest.mark.parametrize(
    ("module", "use"),
    [
        ("fastcv.presets", "fastcv.INPUTS"),
        ("importlib.metadata", "fastcv.image_crop(page, [[1, 1, 9, 9]], arithmetic='auto')"),
        ("cv2", f"fastcv.extract_main_colors({str(ROOT / 'data/logo.png')!r})"),
    ],
    ids=["fastcv", "metadata", "cv2"],
)
def test_a_fork_waits_for_an_import(module, use):
    """A child would wait for ever for what another thread of its parent had begun."""
    code = f"""
        import importlib.util, os, signal, sys, threading, time
        import numpy as np
        import fastcv

        page = np.ones((20, 20, 3), np.uint8)
        begun = threading.Event()

        class Slow:
            def find_spec(self, name, path, target=None):
                if name != {module!r}:
                    return None
                sys.meta_path.remove(self)
                spec = importlib.util.find_spec(name)
                execute = spec.loader.exec_module
                def execute_slowly(module):
                    begun.set()
                    time.sleep(0.3)
                    execute(module)
                spec.loader.exec_module = execute_slowly
                return spec

        def use():
            {use}

        sys.meta_path.insert(0, Slow())
        thread = threading.Thread(target=use)
        thread.start()
        assert begun.wait(10)
        child = os.fork()
        if child == 0:
            signal.alarm(10)
            use()
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        thread.join()
    """
    assert run_python(code, PYTHONWARNINGS="ignore") == "0"
