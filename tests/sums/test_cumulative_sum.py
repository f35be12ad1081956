"""cumulative_sum, the smallest function."""

import inspect
import signal
import sys
import threading
import time

import numpy as np
import pytest

import fastcv

MOST = 6_074_001_000


def formula(n):
    return n * (n - 1) // 2


@pytest.mark.parametrize("n", [*range(12), 100, 1_000_003, 2**24 - 1, 2**24, 2**24 + 5])
def test_it_is_the_sum(n):
    assert fastcv.cumulative_sum(n) == (sum(range(n)) if n < 10**6 else formula(n))


@pytest.mark.parametrize("n", [np.int64(10), np.uint8(10), np.array(10), True])
def test_whatever_stands_for_an_int_is_one(n):
    result = fastcv.cumulative_sum(n)
    assert result == formula(int(n))
    assert type(result) is int


@pytest.mark.rest
def test_the_largest_sum_does_not_wrap():
    assert formula(MOST) < 2**64 <= formula(MOST + 1)
    assert fastcv.cumulative_sum(MOST) == formula(MOST)


def test_an_exception_of_the_callers_own_index_comes_through():
    class Odd:
        def __index__(self):
            raise KeyError("no index today")

    with pytest.raises(KeyError, match="no index today"):
        fastcv.cumulative_sum(Odd())


def test_help_shows_a_signature():
    assert str(inspect.signature(fastcv.cumulative_sum)) == "(n, /)"


@pytest.mark.alone
def test_other_threads_run_meanwhile():
    counted, done = 0, threading.Event()

    def count():
        nonlocal counted
        while not done.is_set():
            counted += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    before = counted
    fastcv.cumulative_sum(10**9)
    during = counted - before
    done.set()
    thread.join()
    assert during > 5


@pytest.mark.skipif(sys.platform == "win32", reason="uses an interval timer")
@pytest.mark.alone
def test_ctrl_c_ends_it():
    def interrupt(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        with pytest.raises(KeyboardInterrupt):
            fastcv.cumulative_sum(MOST)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert fastcv.cumulative_sum(5) == 10
