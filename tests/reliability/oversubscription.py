"""Oversubscription: more callers than CPUs, on default threads and on one thread each.

Compares the seconds until all callers are done, and counts the OS threads.
"""

import multiprocessing
import os
import threading
import time

import proof

PROCESSES, CALLERS = 4, 16


def page_and_boxes():
    return proof.made_page(800, 1200), proof.made_boxes(400, 800, 1200)


def default_threads():
    """Return the default of a process that is not a multiprocessing worker."""
    import fastcv

    return fastcv.get_num_threads()


# ---- processes ----


def work_in_process(pipe, threads):
    """Repeatedly receive a number of calls and a way, make the calls, and answer; end at 0."""
    import fastcv

    page, boxes = page_and_boxes()
    calls = {
        "serial": lambda: fastcv.image_crop(page, boxes),
        "openmp": lambda: fastcv.image_crop_openmp(page, boxes, num_threads=threads),
    }
    for call in calls.values():
        call()
    pipe.send(0)
    while True:
        count, way = pipe.recv()
        if not count:
            return
        for _ in range(count):
            calls[way]()
        pipe.send(proof.os_threads())


def time_processes(pipes, count, way):
    """Return the seconds until all processes are done, and the largest thread count of one."""
    start = time.perf_counter()
    for pipe in pipes:
        pipe.send((count, way))
    most = max(pipe.recv() for pipe in pipes)
    return time.perf_counter() - start, most


def compare_processes(rounds):
    context = multiprocessing.get_context("spawn")
    pipes, workers = [], []
    for _ in range(PROCESSES):
        ours, theirs = context.Pipe()
        workers.append(context.Process(target=work_in_process, args=(theirs, default_threads())))
        workers[-1].start()
        pipes.append(ours)
    for pipe in pipes:
        pipe.recv()
    result = compare(lambda way: time_processes(pipes, 10, way), rounds)
    for pipe, worker in zip(pipes, workers, strict=True):
        pipe.send((0, ""))
        worker.join()
    return result


# ---- Python threads ----


CALLER_IDS = set()  # of all rounds, because a joined thread may exist for a while longer


def other_threads(callers):
    """Return how many threads this process has besides the callers of this and earlier rounds."""
    CALLER_IDS.update(str(caller.native_id) for caller in callers)
    return len(set(os.listdir("/proc/self/task")) - CALLER_IDS)


def time_callers(call, count):
    def work():
        for _ in range(count):
            call()

    callers = [threading.Thread(target=work) for _ in range(CALLERS)]
    start = time.perf_counter()
    for caller in callers:
        caller.start()
    most = other_threads(callers)
    for caller in callers:
        caller.join()
        most = max(most, other_threads(callers))
    return time.perf_counter() - start, most


def compare_callers(rounds):
    import fastcv

    page, boxes = page_and_boxes()
    calls = {
        "serial": lambda: fastcv.image_crop(page, boxes),
        "openmp": lambda: fastcv.image_crop_openmp(page, boxes),
    }
    return compare(lambda way: time_callers(calls[way], 3), rounds)


# ---- both ----


def compare(time_way, rounds):
    """Return the ratio of median seconds, openmp to serial, timed in turn, and the most threads."""
    seconds, most = {"serial": [], "openmp": []}, 0
    for _ in proof.progress(range(rounds), "oversubscription"):
        for way, times in seconds.items():
            taken, threads = time_way(way)
            times.append(taken)
            most = max(most, threads)
    serial, openmp = (proof.percentile(seconds[way], 0.5) for way in ("serial", "openmp"))
    return openmp / serial, most


def prove(rounds):
    threads = default_threads()
    before = proof.os_threads()
    by_callers, most_with_callers = compare_callers(rounds)
    by_processes, _ = compare_processes(rounds)
    ours = most_with_callers - before
    # The host thread with its team makes `threads`; tqdm's monitor is one more.
    proof.expect(ours <= threads + 1, f"{ours} threads more than before")
    if rounds >= 20:  # with fewer rounds, a burst of other load decides
        proof.expect(by_processes <= 1.10, f"processes took {by_processes:.2f} x the serial total")
        proof.expect(by_callers <= 1.10, f"callers took {by_callers:.2f} x the serial total")
    return (
        f"{PROCESSES} processes of {threads} threads on {len(os.sched_getaffinity(0))} CPUs: "
        f"{by_processes:.2f} × serial; {CALLERS} Python threads at once: {by_callers:.2f} × "
        f"serial; at most {ours} OS threads besides the callers (median of {rounds} rounds)"
    )


if __name__ == "__main__":
    proof.main(
        prove,
        promise="oversubscription",
        goal="≤ 1.10× the serial total; bounded number of OS threads",
        short=3,
        long=60,
        unit="rounds",
    )
