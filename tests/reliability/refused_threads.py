"""Refused threads: calls use fewer threads when the system refuses more, and the process survives.

libgomp alone would end the process when it cannot create a thread.
"""

import itertools
import os
import random
import resource
import traceback
from pathlib import Path

import proof

NOBODY = 65534  # RLIMIT_NPROC does not apply to root
PIDS_GROUPS = [Path("/sys/fs/cgroup/pids"), Path("/sys/fs/cgroup")]  # v1, v2


def limit_processes(extra):
    """Allow this process ``extra`` more threads by RLIMIT_NPROC."""
    if os.getuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    # RLIMIT_NPROC counts all threads of the user; only this process is expected to have any.
    allowed = proof.os_threads() + extra
    resource.setrlimit(resource.RLIMIT_NPROC, (allowed, allowed))


def can_become_nobody():
    """Return whether this process may become nobody; that needs CAP_SETUID and a mapped user."""
    if os.getuid() != 0:
        return True
    child = os.fork()
    if child == 0:
        try:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def limit_group(group, extra):
    (group / "pids.max").write_text(str(proof.os_threads() + extra))
    (group / "cgroup.procs").write_text(str(os.getpid()))


def limit_address_space(extra):
    """Leave room for ``extra`` more stacks of 8 MiB and half a stack, by RLIMIT_AS."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    stack = 8 << 20
    arenas = 64 << 20  # malloc's arena for the first other thread
    allowed = used + stack * extra + stack // 2 + (arenas if extra else 0)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))


def make_pids_group():
    """Make a cgroup that limits threads; return None if that is not possible."""
    for parent in PIDS_GROUPS:
        group = parent / f"fastcv-proof-{os.getpid()}"
        try:
            group.mkdir()
        except OSError:
            continue
        if (group / "pids.max").exists():
            return group
        group.rmdir()
    return None


def call(limit, extra, is_used_before, seed):
    """Return whether calls on several thread counts are right under the limit."""
    import fastcv

    page, boxes = proof.made_page(600, 800), proof.made_boxes(60, 600, 800)
    wide = proof.made_page(600, 1000, 1)[..., 0] // 64
    expected = fastcv.image_crop(page, boxes)
    counts = fastcv.main_colors(wide).counts
    if is_used_before:
        fastcv.image_crop_openmp(page, boxes, num_threads=2)
    limit(extra)
    rng = random.Random(seed)
    for _ in range(12):
        threads = rng.randint(2, 8)
        crops = fastcv.image_crop_openmp(page, boxes, num_threads=threads)
        if not proof.same(crops, expected):
            return False
        if rng.random() < 0.3:
            found = fastcv.main_colors(wide, num_threads=threads).counts
            if not (found == counts).all():
                return False
    return True


def run(name, limit, extra, is_used_before, seed):
    child = os.fork()
    if child == 0:
        status = 2
        try:
            status = 0 if call(limit, extra, is_used_before, seed) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    proof.expect(
        status == 0,
        f"{name}, {extra} more threads, {'with' if is_used_before else 'without'} an earlier call "
        f"on threads, seed {seed}: exit code {status}",
    )


def prove(runs):
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    limits = {"RLIMIT_NPROC": limit_processes, "RLIMIT_AS": limit_address_space}
    group = make_pids_group()
    if group:
        limits["a pids cgroup"] = lambda extra: limit_group(group, extra)
    if not can_become_nobody():
        del limits["RLIMIT_NPROC"]
    cases = itertools.cycle(itertools.product(limits, range(9), (False, True)))
    try:
        for seed in proof.progress(range(runs), "refused threads"):
            name, extra, is_used_before = next(cases)
            run(name, limits[name], extra, is_used_before, seed)
    finally:
        if group:
            group.rmdir()
    by = ", ".join(limits) + ("" if group else " (no pids cgroup could be made)")
    return f"0 crashes, 0 differences in {runs:,} processes of 12 calls: {by}, 0 to 8 threads left"


if __name__ == "__main__":
    proof.main(
        prove,
        promise="threads refused",
        goal="same pixels on fewer threads; the process survives",
        short=108,
        long=3000,
        unit="processes",
    )
