"""Waiting threads do not burn CPU: compares the CPU time of parallel and serial calls.

Calls run with and without another process that keeps every CPU busy. During the pauses between
calls, nothing may spin.
"""

import multiprocessing
import os
import time

import proof

PAUSE_S = 0.005


def burn(cpu, parent):
    os.sched_setaffinity(0, {cpu})
    while os.getppid() == parent:  # a killed parent cannot stop its loads
        for _ in range(100_000):
            pass


def measure(call, calls):
    """Return CPU and wall seconds of calls with pauses; only the CPU time includes the pauses."""
    cpu = wall = 0.0
    for _ in range(calls):
        cpu_start, wall_start = time.process_time(), time.perf_counter()
        call()
        wall += time.perf_counter() - wall_start
        time.sleep(PAUSE_S)  # a spinning thread would use CPU time here
        cpu += time.process_time() - cpu_start
    return cpu, wall


def compare(rounds, calls=20):
    """Return the median ratios of CPU and wall time, parallel to serial, and the thread count."""
    import fastcv

    page, boxes = proof.made_page(2000, 1500), proof.made_boxes(1500, 2000, 1500)
    threads = max(2, fastcv.get_num_threads())

    def serial():
        fastcv.image_crop(page, boxes)

    def openmp():
        fastcv.image_crop_openmp(page, boxes, num_threads=threads)

    cpu, wall = [], []
    for _ in proof.progress(range(rounds), "waiting threads"):
        serial_cpu, serial_wall = measure(serial, calls)
        openmp_cpu, openmp_wall = measure(openmp, calls)
        cpu.append(openmp_cpu / serial_cpu)
        wall.append(openmp_wall / serial_wall)
    return proof.percentile(cpu, 0.5), proof.percentile(wall, 0.5), threads


def idle_cpu_share(seconds=1.0):
    """Return the share of one CPU that this process uses while its threads wait for a call."""
    time.sleep(0.2)  # with three or more threads, libgomp's threads spin for some ms first
    start = time.process_time()
    time.sleep(seconds)
    return (time.process_time() - start) / seconds


def prove(rounds):
    cpus = sorted(os.sched_getaffinity(0))
    context = multiprocessing.get_context("spawn")
    loads = [context.Process(target=burn, args=(cpu, os.getpid()), daemon=True) for cpu in cpus]
    for load in loads:
        load.start()
    try:
        loaded_cpu, loaded_wall, threads = compare(rounds)
    finally:
        for load in loads:
            load.kill()
            load.join()
    idle_cpu, idle_wall, _ = compare(rounds)
    share = idle_cpu_share()
    proof.expect(share < 0.02, f"waiting threads use {share:.1%} of a CPU")
    if rounds >= 20:  # with fewer rounds, a burst of other load decides
        proof.expect(loaded_cpu <= 1.15, f"CPU time is {loaded_cpu:.2f} x the serial calls'")
    return (
        f"{threads} threads beside a load on each of {len(cpus)} CPUs: CPU {loaded_cpu:.2f} × "
        f"serial, wall {loaded_wall:.2f} ×; without the load: CPU {idle_cpu:.2f} ×, wall "
        f"{idle_wall:.2f} ×; between calls {share:.1%} of a CPU (median of {rounds} rounds)"
    )


if __name__ == "__main__":
    proof.main(
        prove,
        promise="waiting threads do not burn",
        goal="CPU ≤ 1.15× the serial CPU time",
        short=2,
        long=40,
        unit="rounds",
    )
