# %% [markdown]
# ## 7. Crops: loops, threads and the GIL
#
# The talk's function handles one box at a time:

# %%
import outcomes
from baselines import crop_batched, crop_loop, crop_pooled, find_transform

box = boxes[0]
matrix, size = find_transform(box)
print(
    f"box {box.tolist()}\n→ {size[0]} x {size[1]} px, by\n{np.array_str(matrix, precision=4, suppress_small=True)}"
)

# %% [markdown]
# Version 1.5 is better Python: NumPy computes all sizes at once. Version 1.6 adds threads: cv2
# releases the GIL while it warps, so a pool of Python threads should help. Then a single call to C
# does everything, on one thread and on several.

# %%
from concurrent.futures import ThreadPoolExecutor

pool = ThreadPoolExecutor(max(2, threads))
ladder = compare(
    f"{len(boxes):,} crops of the page",
    {
        "v1: a loop over cv2": partial(crop_loop, page, boxes),
        "v1.5: sizes at once": partial(crop_batched, page, boxes),
        f"v1.6: {max(2, threads)} Python threads": partial(crop_pooled, pool, page, boxes),
        "image_crop": partial(fastcv.image_crop, page, boxes),
        f"image_crop_openmp, {name_threads(threads)}": partial(
            fastcv.image_crop_openmp, page, boxes, num_threads=threads
        ),
    },
    units=sum(crop.shape[0] * crop.shape[1] for crop in crops),
    unit="px",
    items="crops",
    repeat=15,
)
pool.shutdown()
names = list(ladder.rows)
usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
tell(ladder.faster(names[2], than=names[1]) + ".",
     outcomes.explain_python_threads(ladder.factor(names[2], than=names[1]), usable),
     ladder.faster("image_crop", than=names[0]) + ".")  # fmt: skip

# %% [markdown]
# What do threads gain in C? The next cell also measures CPU time, which is counted for all threads of
# this process. CPU time divided by time is the number of CPUs that a call had. It tells why two
# threads do not always halve the time.

# %%
from time import process_time


def fastest_of(calls, work):
    timed = []
    for _ in range(calls):
        start, cpu_start = perf_counter(), process_time()
        work()
        cpu = process_time() - cpu_start
        timed.append((1e3 * (perf_counter() - start), 1e3 * cpu))
    return outcomes.Timed(*min(timed))


one = fastest_of(pick(40, 1), partial(fastcv.image_crop, page, boxes))
many = fastest_of(pick(40, 1), partial(fastcv.image_crop_openmp, page, boxes, num_threads=threads))
same = lesson.count_same(fastcv.image_crop_openmp(page, boxes, num_threads=threads), crops)
lesson.table(
    ["call", "ms", "CPU time, ms", "CPUs busy", "same result"],
    [["image_crop", one.ms, one.cpu_ms, one.cpus, ""],
     [f"image_crop_openmp, {name_threads(threads)}", many.ms, many.cpu_ms, many.cpus,
      lesson.same_of(same, "crops")]],
    f"the fastest of {pick(40, 1)} calls in a row",
)  # fmt: skip
tell(outcomes.explain_threads(one, many, threads))

# %% [markdown]
# And Python's threads? cv2 does release the GIL, but it must take the GIL back for each box. The
# effect shows when a second Python thread, which only counts, runs beside the loop:

# %%
import threading


def beside_a_counter(work):
    """Return the ms that work takes beside a counting thread, and its result."""
    counted, is_done = 0, False

    def count():
        nonlocal counted
        while not is_done:
            counted += 1

    thread = threading.Thread(target=count)
    thread.start()
    result, ms = lesson.time_once(work)
    is_done = True
    thread.join()
    return ms, result


few = boxes[: pick(200, 20)]
rows = []
for name, work in {
    "v1: a loop over cv2": partial(crop_loop, page, few),
    "image_crop": partial(fastcv.image_crop, page, few),
}.items():
    alone = min(lesson.time_once(work)[1] for _ in range(5))
    runs = sorted((beside_a_counter(work) for _ in range(5)), key=lambda run: run[0])
    ms, result = runs[len(runs) // 2]
    same = lesson.same_of(lesson.count_same(result, crops[: len(few)]), "crops")
    rows.append([name, alone, ms, ms - alone, same])
lesson.table(
    ["work", "alone, ms", "beside a counter, ms", "longer by, ms", "same result"],
    rows,
    f"{len(few):,} boxes; the fastest of 5 calls alone, the median of 5 beside a counter",
)
interval_ms = 1e3 * sys.getswitchinterval()
tell(outcomes.explain_counter(rows[0][3], rows[1][3], len(few), interval_ms, usable))

# %% [markdown]
# ## 8. Kernels, and memory
#
# Inside the call, each pixel is four neighbours blended by two fractions. fastcv has several
# versions of that loop: one in plain C, and one for each instruction set that computes 4, 8 or 16
# pixels at once. The version `opencv` calls OpenCV's own `remap` from C. All versions give the same
# bytes.

# %%
kernels = fastcv.build_info()["kernels"]


def crop_with(kernel):
    fastcv._core._set_kernel(kernel)
    try:
        return fastcv.image_crop(page, boxes)
    finally:
        fastcv._core._set_kernel(kernels[0])


ladder = compare(
    "crops by kernel",
    {f"image_crop: {kernel}": partial(crop_with, kernel) for kernel in reversed(kernels)},
    units=sum(crop.shape[0] * crop.shape[1] for crop in crops),
    unit="px",
    items="crops",
    repeat=9,
)
tell("Same pixels, one thread, no other change:",
     ladder.faster(f"image_crop: {kernels[0]}", than="image_crop: opencv") + ". "
     "[docs/kernels.md](docs/kernels.md) explains how.")  # fmt: skip

# %% [markdown]
# Once pixels are that cheap, the cost of memory shows. A thousand crops are new arrays. The
# operating system gives a process new memory page by page, and clears each page first. fastcv keeps
# freed memory in a pool. With `out=`, the caller provides the memory. The next cell cuts 30 lines of
# text, and then the words.

# %%
ys = np.linspace(100, page.shape[0] - 200, 30)
lines = np.array([[[5, y], [page.shape[1] - 5, y + 3], [page.shape[1] - 5, y + 75], [5, y + 72]]
                  for y in ys], np.float32)  # fmt: skip


def crop_in_fresh_memory(quads):
    fastcv.empty_memory_pool()
    return fastcv.image_crop(page, quads)


def crop_without_pool(quads):
    fastcv.set_memory_pool(0)
    try:
        return fastcv.image_crop(page, quads)
    finally:
        fastcv.set_memory_pool(512 << 20)


for what, quads in {"lines": lines, "words": boxes}.items():
    pixels = int(fastcv.crop_shapes(quads).prod(axis=1).sum())
    own = np.empty(3 * pixels, np.uint8)
    ladder = compare(
        f"{len(quads):,} {what}, by source of memory",
        {
            "image_crop: fresh from the system": partial(crop_in_fresh_memory, quads),
            "image_crop: the pool": partial(fastcv.image_crop, page, quads),
            "image_crop: the caller's, out=": partial(fastcv.image_crop, page, quads, out=own),
            "image_crop: no pool, one malloc a crop": partial(crop_without_pool, quads),
        },
        units=pixels,
        unit="px",
        items="crops",
        repeat=15,
    )
    fresh, pool = "image_crop: fresh from the system", "image_crop: the pool"
    given = f"the system need not give and clear {own.nbytes / 1e6:.0f} MB"
    tell(f"{what.title()}: {ladder.because(pool, fresh, faster=given)}")
tell("[docs/memory.md](docs/memory.md) explains the pool.")

# %% [markdown]
# **Exercise.** Lesson 4 counted the colours of every word in a loop. `main_colors` takes `boxes=` and
# does it in one call; `fastcv.main_colors?` shows how. Compare the loop over NumPy, a loop over
# `main_colors`, and the one call, and check that they find the same colours.
#
# The next cell is an answer. Boxes may be rectangles x1, y1, x2, y2 or quads. A pixel belongs to a
# box if its centre lies inside.


# %%
def main_colors_loop(rectangles):
    return [fastcv.main_colors(page[y1:y2, x1:x2], 6) for x1, y1, x2, y2 in rectangles.tolist()]


ladder = compare(
    f"6 main colours of each of {len(boxes):,} words",
    {
        "NumPy: a call a word": partial(colors_of_words, page, rectangles, 6),
        "main_colors, a call a word": partial(main_colors_loop, rectangles),
        "main_colors, boxes=": lambda: list(fastcv.main_colors(page, 6, boxes=rectangles)),
        f"main_colors, boxes=, {name_threads(threads)}": lambda: list(
            fastcv.main_colors(page, 6, boxes=rectangles, num_threads=threads)
        ),
    },
    units=len(boxes),
    unit="word",
    items="words",
    repeat=9,
)
names = list(ladder.rows)
tell(ladder.faster(names[2], than=names[0]) + ", and",
     ladder.because(names[2], names[1], faster="it needs one call, and counts small boxes in a way of its own ([docs/performance.md]"
                    "(docs/performance.md))"))  # fmt: skip
