# %% [markdown]
# ## 11. In a container
#
# How many threads should a call use? Inside a container, the number of the machine's CPUs is the
# wrong answer. fastcv takes the first of these that is set: the call's `num_threads`,
# `set_num_threads`, `FASTCV_NUM_THREADS`, `OMP_NUM_THREADS`. If none is set, it takes the smaller
# of two numbers: the CPUs on which the process may run, and the CPU quota of its cgroup.

# %%
import lesson_processes as processes

say = "import fastcv; print(fastcv.get_num_threads())"
cpus = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
rows = [["no setting", processes.in_a_process(say)]]
if cpus:
    rows.append(
        ["on one CPU (taskset, docker --cpuset-cpus)", processes.in_a_process(say, {min(cpus)})]
    )
rows.append(["OMP_NUM_THREADS=1", processes.in_a_process(say, OMP_NUM_THREADS="1")])
rows.append(["FASTCV_NUM_THREADS=3", processes.in_a_process(say, FASTCV_NUM_THREADS="3")])
limited = processes.under_a_quota(say, cpus=1)
rows.append(["a cgroup with a quota of 1 CPU (docker --cpus=1)", limited or "(see below)"])
rows.append(["this cgroup's own quota, CPUs", fastcv._core._cgroup_cpus("") or "none"])
lesson.table(["where", "threads"], rows, "`fastcv.get_num_threads()`, each row in a new process")
if limited is None:
    tell("This process is not allowed to make a cgroup, which is usual inside a container. Outside, "
         "`systemd-run --scope -p CPUQuota=100%` starts a program in one.")  # fmt: skip

# %% [markdown]
# A quota limits CPU *time*, not *which* CPUs a process uses: 1 CPU means 100 ms of computing in
# every 100 ms. Two threads use that up in 50 ms. Then the kernel stops both until the next 100 ms
# begin.
#
# What does a wrong thread count cost? Four workers run at once, as on a server, on four CPUs or
# fewer. Each cuts the page again and again: with one thread, with as many as fastcv chooses, and
# with eight.

# %%
worker = f"""
import sys, zlib, fastcv, lesson
page, boxes, _ = lesson.load_data()
for line in sys.stdin:
    for _ in range({pick(15, 1)}):
        crops = fastcv.image_crop_openmp(page, boxes)
    print(zlib.crc32(b"".join(crop.tobytes() for crop in crops)), flush=True)
"""
settings = {
    "1 thread each": {"FASTCV_NUM_THREADS": "1"},
    "fastcv's choice each": {},
    "8 threads each": {"FASTCV_NUM_THREADS": "8"},
    "8 spinning threads each": {"FASTCV_NUM_THREADS": "8", "OMP_WAIT_POLICY": "active"},
}
few = set(sorted(cpus)[:4])
with lesson.progress() as lines:
    seconds, is_same = processes.time_workers(settings, 4, worker, few, pick(3, 1), lines)
assert is_same, "a worker cut other crops"
one = seconds["1 thread each"]
lesson.table(
    ["4 workers", "ms until all are done", "relative to 1 thread each", "same result"],
    [[name, 1e3 * each, each / one, f"{len(boxes):,} crops, 4 of 4 workers"]
     for name, each in seconds.items()],
    f"{pick(15, 1)} × {len(boxes):,} crops per worker, on CPU {', '.join(map(str, sorted(few))) or 'any'}, the fastest of "
    f"{pick(3, 1)} interleaved rounds",
)  # fmt: skip

# %%
tell(outcomes.explain_workers(seconds))

# %% [markdown]
# ## 12. Where it does not win
#
# A call has a fixed cost. With few boxes, or few pixels, there is little to gain:


# %%
def side_by_side(theirs, ours, items):
    """Return a table's row: µs of both, their ratio, the µs saved, and the check."""
    seconds = measure({"theirs": theirs, "ours": ours}, pick(30, 2), 1)
    slow, fast = (1e6 * min(seconds[name]) for name in ("theirs", "ours"))
    same = lesson.same_of(lesson.count_same(ours(), theirs()), items)
    return [slow, fast, slow / fast, slow - fast, same]


sizes = fastcv.crop_shapes(boxes).prod(axis=1)
from_mean = boxes[np.argsort(np.abs(sizes - sizes.mean()), kind="stable")]
rows = [
    [count, *side_by_side(partial(crop_loop, page, from_mean[:count]),
                          partial(fastcv.image_crop, page, from_mean[:count]), "crops")]
    for count in (1, 2, 5, 20, 50, len(boxes))
]  # fmt: skip
lesson.table(
    ["boxes", "loop over cv2, µs", "image_crop, µs", "ratio", "saved, µs", "same result"], rows,
    "the boxes whose size is nearest to the mean, so that a box is as large in every row; "
    f"the fastest of up to {pick(30, 2)} interleaved calls",
)  # fmt: skip
tell(outcomes.explain_few_boxes((rows[0][0], rows[-1][0]), (rows[0][4], rows[-1][4])))

# %%
rows = []
for side in (4, 16, 64, 256):
    part = np.ascontiguousarray(page[300 : 300 + side, 300 : 300 + side])
    rows.append([f"{side} × {side}", *side_by_side(partial(colors_cv2_pack, part, 6),
                                                   partial(fastcv.main_colors, part, 6), "colours")])  # fmt: skip
lesson.table(
    ["px", "NumPy: let cv2 pack, µs", "main_colors, µs", "ratio", "saved, µs", "same result"], rows,
    f"6 main colours of a part of the page; the fastest of {pick(30, 2)} interleaved calls",
)  # fmt: skip
tell(outcomes.explain_small_images((rows[0][0], rows[0][3]), (rows[-1][0], rows[-1][3])))

# %% [markdown]
# If the network itself runs on the CPU, none of this matters. With RapidOCR 3.10 on CPU inference,
# crops take 0.1–0.8 % of the time, and detection and recognition take 91 % (measured for the
# [README](README.md), not here). First find out where the time goes, as in lesson 3.
