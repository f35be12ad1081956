"""CPU limits: the default thread count is right for any affinity, quota and environment.

Made cgroup layouts are written to a folder, and fastcv's reading of them is compared with a plain
one in Python. Real groups are made if the machine allows it.
"""

import itertools
import math
import os
import random
import tempfile
import time
from pathlib import Path

import proof

MAX_THREADS = 1024
PERIODS = [100_000, 50_000, 1_000, 250_000]


# ---- made layouts ----


class Layout:
    """The cgroups and mounts of an invented machine, and the CPUs that its quotas allow."""

    def __init__(self, rng):
        self.rng, self.files, self.quotas = rng, {}, []
        versions = rng.choice([(1,), (2,), (1, 2), ()])
        groups, mounts = ["7:memory:/elsewhere"], ["22 1 0:5 / /proc rw - proc proc rw"]
        for version in versions:
            self.add(version, groups, mounts)
        rng.shuffle(groups)
        if rng.random() < 0.1:
            groups.insert(0, rng.choice(["", ":", "::", "nonsense", "3:cpuset:/a", "x" * 300]))
        if rng.random() < 0.1:
            mounts.insert(0, rng.choice(["", " - ", "- - -", "1 2 3", "a b c d e f - cgroup2"]))
        self.files["proc/self/cgroup"] = "".join(line + "\n" for line in groups)
        self.files["proc/self/mountinfo"] = "".join(line + "\n" for line in mounts)

    def add(self, version, groups, mounts):
        rng = self.rng
        parts = [rng.choice(["a", "pod-7", "user.slice"]) for _ in range(rng.randint(0, 5))]
        path = "".join("/" + part for part in parts)
        root = "/"
        if path and rng.random() < 0.3:  # like a container that sees the host's path
            root = "".join("/" + part for part in parts[: rng.randint(1, len(parts))])
        at = f"/sys/fs/cgroup/{rng.choice(['cpu', 'cpu,cpuacct', 'unified', 'g'])}{version}"
        controllers = rng.choice(["cpu", "cpu,cpuacct", "cpuacct,cpu"])
        is_lost = rng.random() < 0.1  # the mount is missing or another controller's
        groups.append(
            f"{5 if version == 1 else 0}:{controllers if version == 1 else ''}:{path or '/'}"
        )
        if version == 1 and is_lost:
            controllers = "cpuset"
        kind = f"cgroup cgroup rw,{controllers}" if version == 1 else "cgroup2 cgroup rw"
        if not (version == 2 and is_lost):
            mounts.append(f"30 25 0:26 {root} {at} rw,nosuid - {kind}")

        below = path[len(root) :] if root != "/" else path
        names = [part for part in below.split("/") if part]
        for depth in range(len(names) + 1):
            folder = at[1:] + "".join("/" + name for name in names[:depth])
            quota = self.write_quota(version, folder)
            if not is_lost:
                self.quotas.append(quota)

    def write_quota(self, version, folder):
        """Add a group's files; return the CPUs that they allow."""
        rng, period = self.rng, self.rng.choice(PERIODS)
        cpus = rng.choice([0.1, 0.5, 1, 1.5, 1.999, 2, 2.5, 3, 7.2, 64, 5000])
        quota = round(cpus * period)
        kind = rng.choice(["quota", "quota", "none", "missing", "malformed"])
        if kind == "missing":
            return math.inf
        if version == 2:
            text = f"{quota} {period}\n" if kind == "quota" else "max 100000\n"
            if kind == "malformed":
                text = rng.choice(["", "\n", "max", "x y", "-5 100000", "100000 0", "nan 1", "0 1"])
            self.files[f"{folder}/cpu.max"] = text
        else:
            text = str(quota) if kind == "quota" else "-1"
            if kind == "malformed":
                text = rng.choice(["", "many", "0", "nan", "-100000"])
            self.files[f"{folder}/cpu.cfs_quota_us"] = text + "\n"
            self.files[f"{folder}/cpu.cfs_period_us"] = f"{period}\n"
        return quota / period if kind == "quota" else math.inf

    def write(self, root):
        for name, text in self.files.items():
            path = Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def cpus(self):
        """Return the number of CPUs that the quotas allow, or 0 without a limit."""
        tightest = min(self.quotas, default=math.inf)
        return 0 if tightest == math.inf else min(max(1, math.floor(tightest)), MAX_THREADS)


def check_made_layouts(count):
    from fastcv import _core

    for seed in proof.progress(range(count), "cgroup layouts"):
        layout = Layout(random.Random(seed))
        with tempfile.TemporaryDirectory() as root:
            layout.write(root)
            found = _core._cgroup_cpus(root)
            proof.expect(
                found == layout.cpus(),
                f"layout {seed}: found {found} CPUs, expected {layout.cpus()}: {layout.files}",
            )


# ---- this machine ----


def check_affinities():
    """Check every mask of at most three CPUs, and the full one; return how many."""
    import fastcv

    every = sorted(os.sched_getaffinity(0))
    masks = [set(mask) for n in (1, 2, 3) for mask in itertools.combinations(every[:6], n)]
    quota = int(proof.python("from fastcv import _core; print(_core._cgroup_cpus(''))"))
    try:
        for mask in [*masks, set(every)]:
            os.sched_setaffinity(0, mask)
            expected = min(len(mask), quota or len(mask))
            proof.expect(fastcv.get_num_threads() == expected, f"affinity {mask}")
    finally:
        os.sched_setaffinity(0, every)
    return len(masks) + 1


def check_settings():
    """Check all combinations of the environment's settings; return how many."""
    names = ["FASTCV_NUM_THREADS", "OMP_NUM_THREADS", "OMP_THREAD_LIMIT"]
    import fastcv

    before = {name: os.environ.pop(name, None) for name in names}
    fallback = fastcv.get_num_threads()
    values = {
        None: 0, "3": 3, "7,2": 7, " 5": 5, "0": 0, "-4": 0, "x": 0, "": 0, "9" * 30: 0, "4.5": 0
    }  # fmt: skip
    cases = list(itertools.product(values, repeat=3))
    try:
        for case in cases:
            for name, value in zip(names, case, strict=True):
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
            own, omp, limit = (values[value] for value in case)
            expected = min(own or omp or fallback, limit or MAX_THREADS)
            proof.expect(fastcv.get_num_threads() == expected, f"{names} = {case}")
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
    return len(cases)


class RealGroup:
    """A cgroup with a CPU quota, which a child process enters."""

    def __init__(self, name, parent=None):
        self.is_v1 = Path("/sys/fs/cgroup/cpu").is_dir()
        top = Path("/sys/fs/cgroup/cpu" if self.is_v1 else "/sys/fs/cgroup")
        self.path = (parent.path if parent else top) / name
        self.path.mkdir()

    def set_quota(self, cpus, period=100_000):
        if self.is_v1:
            (self.path / "cpu.cfs_period_us").write_text(str(period))
            (self.path / "cpu.cfs_quota_us").write_text(str(int(cpus * period)))
        else:
            (self.path / "cpu.max").write_text(f"{int(cpus * period)} {period}")

    def run(self, function):
        """Return function(), a float, from a forked child in the group."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                (self.path / "cgroup.procs").write_text(str(os.getpid()))
                os.write(writing, repr(function()).encode())
                os._exit(0)
            finally:
                os._exit(1)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            text = pipe.read()
        proof.expect(os.waitpid(child, 0)[1] == 0, "a child in a cgroup failed")
        return float(text)


def count_here():
    """Return the thread count of a new process, because fastcv caches cgroups for a second."""
    return float(proof.python("import fastcv; print(fastcv.get_num_threads())"))


def latencies(calls, seconds):
    """Call in turn for some seconds; return each call's p99 in ms."""
    taken = [[] for _ in calls]
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for call, times in zip(calls, taken, strict=True):
            start = time.perf_counter()
            call()
            times.append(1e3 * (time.perf_counter() - start))
    return [proof.percentile(times, 0.99) for times in taken]


def p99_ratio(seconds):
    """Return the default call's p99 as a multiple of the serial call's."""
    import fastcv

    page, boxes = proof.made_page(800, 1200), proof.made_boxes(400, 800, 1200)
    time.sleep(1.1)  # fastcv caches the parent's cgroups for a second
    serial, default = latencies(
        [lambda: fastcv.image_crop(page, boxes), lambda: fastcv.image_crop_openmp(page, boxes)],
        seconds,
    )
    return default / serial


def check_real_groups(seconds):
    """Check counts under real quotas, and p99 at one CPU; return the figures, or why not."""
    cpus = len(os.sched_getaffinity(0))
    above = int(proof.python("from fastcv import _core; print(_core._cgroup_cpus(''))"))
    if above:  # v1 refuses larger quotas in groups below
        return f"no real group: a quota of {above} CPUs is set already"
    try:
        outer = RealGroup(f"fastcv-proof-{os.getpid()}")
    except OSError:
        return "no real group could be made"
    try:
        inner = RealGroup("inner", outer)
    except OSError:
        outer.path.rmdir()
        return "no real group could be made"
    try:
        if not (inner.path / ("cpu.cfs_quota_us" if inner.is_v1 else "cpu.max")).exists():
            return "no real group has the cpu controller"
        checked = 0
        for outer_quota, inner_quota in itertools.product((0.5, 1, 1.5, 2, 3), repeat=2):
            if inner_quota > outer_quota:
                continue  # v1 refuses a larger quota in the inner group
            inner.set_quota(0.01 if inner.is_v1 else inner_quota)
            outer.set_quota(outer_quota)
            inner.set_quota(inner_quota)
            expected = min(cpus, max(1, math.floor(min(outer_quota, inner_quota))))
            found = inner.run(count_here)
            proof.expect(
                found == expected,
                f"quotas {outer_quota} and {inner_quota}: found {found} threads, "
                f"expected {expected}",
            )
            checked += 1
        inner.set_quota(1)
        ratio = inner.run(lambda: p99_ratio(seconds))
        proof.expect(ratio <= 2 or seconds < 5, f"p99 at quota 1.0 is {ratio:.2f} x serial")
        return (
            f"{checked} real {'v1' if inner.is_v1 else 'v2'} groups; at quota 1.0 p99 is "
            f"{ratio:.2f} × serial"
        )
    finally:
        inner.path.rmdir()
        outer.path.rmdir()


def prove(count):
    for name in ("FASTCV_NUM_THREADS", "OMP_NUM_THREADS", "OMP_THREAD_LIMIT"):
        os.environ.pop(name, None)  # they would override affinity and quota
    check_made_layouts(count)
    masks, settings = check_affinities(), check_settings()
    real = check_real_groups(seconds=count / 200)
    return f"{count:,} made layouts, {masks} affinities, {settings:,} settings: all right; {real}"


if __name__ == "__main__":
    proof.main(
        prove,
        promise="CPU limits",
        goal="the right thread count in each case; p99 ≤ 2× serial at quota 1.0",
        short=200,
        long=5000,
        unit="layouts",
    )
