# ---
# jupyter:
#   jupytext:
#     formats: ipynb,docs//py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How fast can Python be?
#
# A neural network has looked at a page of text and returned a thousand small quadrilaterals, one
# for each word. The next part gets little attention: cut out every word, find the colours of the
# letters, match words to other words. This code is ordinary Python over NumPy and OpenCV. Once the
# model runs on an accelerator, this code is what everybody waits for.
#
# This lesson makes that code fast, one step at a time. Every step follows the same pattern:
# **measure, change one thing, check that the result is the same, measure again, and say why.** All
# numbers below come from the last run of this notebook. Run it, and the numbers are yours.
#
# The lesson follows a talk that the Papago OCR team gave at NAVER DEVIEW 2023 and, for polygons,
# Ohad Ravid's article [Making Python 100x faster with less than 100 lines of
# Rust](https://ohadravid.github.io/posts/2023-03-rusty-python/).
#
# ## 1. The question and the data

# %%
import os
import sys
from functools import partial
from time import perf_counter

sys.path.insert(0, os.path.abspath("benchmarks"))
import cv2
import numpy as np

import fastcv
import lesson
from lesson import compare, pick, tell

# %matplotlib inline
# %config InlineBackend.figure_formats = ["png"]
page, boxes, logo = lesson.load_data()
print(
    f"page: {page.shape} {page.dtype}, {len(boxes):,} word boxes {boxes.shape}; logo: {logo.shape}"
)

# %% [markdown]
# A box has four corners: left-top, right-top, right-bottom, left-bottom. Words are seldom upright,
# so cutting one out means straightening it: a perspective transform maps the four corners to an
# upright rectangle.

# %%
drawn = page.copy()
cv2.polylines(drawn, list(boxes.astype(np.int32)), True, (235, 165, 70), 3)
crops = fastcv.image_crop(page, boxes)
some = sorted(crops, key=lambda crop: -crop.shape[1])[20:28]
width = max(crop.shape[1] for crop in some)
sheet = np.full((sum(crop.shape[0] + 12 for crop in some), width, 3), 232, np.uint8)
top = 6
for crop in some:
    sheet[top : top + crop.shape[0], : crop.shape[1]] = crop
    top += crop.shape[0] + 12
lesson.show(
    {
        "the page and its boxes": drawn[:: pick(3, 1), :: pick(3, 1)],
        "some of the crops": sheet,
        "the logo": logo,
    },
    height=4,
)

# %% [markdown]
# The lesson asks three questions:
#
# - **crops**: how long does it take to cut out all words?
# - **colours**: which colours does an image have, and how often? The translation is later drawn in
#   these colours.
# - **polygons**: which of a thousand polygons belongs to a point?
#
# ## 2. Timing honestly
#
# The simplest measurement makes the same call many times.

# %%
from baselines import colors_faster

times = []
for _ in range(pick(60, 5)):
    start = perf_counter()
    colors_faster(logo, 6)
    times.append(1e3 * (perf_counter() - start))
lesson.table(
    ["what", "ms"],
    [["first call", times[0]], ["fastest", min(times)], ["median", float(np.median(times))],
     ["mean", float(np.mean(times))], ["slowest", max(times)]],
    f"`colors_faster` on the logo, {len(times)} calls in a row",
)  # fmt: skip

# %% [markdown]
# The computer does the same work in every call. The differences come from elsewhere: cold caches,
# other programs, the CPU's clock rate. Noise only ever adds time, so this lesson reports the
# **fastest** of several calls. It also interleaves the things it compares (A B C A B C …), so that
# a slow minute of the machine affects all of them.
#
# Measuring takes time too. A profiler that times every line changes what it measures:


# %%
def add_up(n):
    total = 0
    for i in range(n):
        total += i
    return total


n = pick(300_000, 3_000)
start = perf_counter()
add_up(n)
plain = perf_counter() - start
try:
    from line_profiler import LineProfiler

    profiled = LineProfiler(add_up)
    start = perf_counter()
    profiled.runcall(add_up, n)
    traced = perf_counter() - start
    tell(
        f"The loop takes {1e3 * plain:.1f} ms, or {1e3 * traced:.1f} ms while every line is timed: "
        f"{traced / plain:.1f} times as long. A line profile shows **where** the time goes, not how "
        "long the code takes. It also makes short lines look slower than they are."
    )
except ImportError:
    tell("line_profiler is not installed: pip install line-profiler")

# %% [markdown]
# ## 3. A line profile
#
# Which colours does the logo have? NumPy's `np.unique` answers that, and it works on whole rows
# too. This is the naive version. A line profile shows where its time goes.

# %%
# %load_ext line_profiler


def colors_naive(image, n):
    pixels = image.reshape(-1, image.shape[2])
    visible = pixels[pixels[:, 3] >= 1, :3]
    colors, counts = np.unique(visible, axis=0, return_counts=True)
    order = np.argsort(counts, kind="stable")[::-1][:n]
    return colors[order], counts[order]


# %%
# profile = %lprun -r -f colors_naive colors_naive(logo, 6)
profile.print_stats(output_unit=1e-3, stripzeros=True)

# %% [markdown]
# Read the column *% Time*: one line, `np.unique` over rows, takes nearly all of it. Making any
# other line faster is pointless. Why is this line slow? It sorts 0.6 million rows of three bytes
# and compares them with a generic function. NumPy sorts plain numbers much faster.
#
# ## 4. Better NumPy
#
# The first change: **pack** the three bytes of each pixel into one number, then sort the numbers.


# %%
def most_frequent(values, counts, n):
    order = np.argsort(counts, kind="stable")[::-1][:n]
    best = values[order]
    return np.stack([best >> 16, best >> 8, best], axis=-1).astype(np.uint8), counts[order]


def colors_fast(image, n):
    pixels = image.reshape(-1, image.shape[2])
    blue, green, red = pixels[pixels[:, 3] >= 1, :3].T.astype(np.uint32)
    values, counts = np.unique(blue << 16 | green << 8 | red, return_counts=True)
    return most_frequent(values, counts, n)


# %% [markdown]
# The second change: make fewer arrays. Every `<<` and `|` above writes a whole new array, and the
# next step reads it back. The faster version packs in place, sorts in place, and finds where each
# run of equal numbers begins. The third change: let OpenCV pack. `cvtColor` writes four bytes per
# pixel, and four bytes *are* one number.

# %%
from baselines import colors_cv2_pack

ladder = compare(
    "colours of the logo",
    {
        "naive": partial(colors_naive, logo, 6),
        "fast: pack": partial(colors_fast, logo, 6),
        "faster: pack and sort in place": partial(colors_faster, logo, 6),
        "fastest: let cv2 pack": partial(colors_cv2_pack, logo, 6),
    },
    units=logo.shape[0] * logo.shape[1],
    unit="px",
)
tell(ladder.faster("fast: pack", than="naive") + ",",
     ladder.faster("fastest: let cv2 pack", than="fast: pack") + ".",
     "That took no other language. It only put the data into a shape for which fast code exists.")  # fmt: skip

# %% [markdown]
# ## 5. Cython and Numba: where they help
#
# Both compile Python. Do they make it fast? The test is the loop from lesson 2, written in several
# ways. Cython compiles it twice: unchanged, and with C types:
#
# ```cython
# def sum_typed(unsigned long long n):
#     cdef unsigned long long total = 0, i
#     for i in range(n):
#         total += i
#     return total
# ```

# %%
from cumulative_sum import find_formulas, find_ways

n = pick(3_000_000, 20_000)
ways = find_ways()
ladder = compare(
    f"the sum of {n:,} numbers", {name: partial(way, n) for name, way in ways.items()},
    units=n, unit="number",
)  # fmt: skip
C = "C: fastcv.cumulative_sum"
tell(ladder.faster(C, than="Python loop") + ".")
if "Cython: typed" in ways:
    tell(ladder.faster("Cython: typed", than="Python loop") + ", and",
         ladder.faster("Cython: the same loop", than="Python loop") + ":",
         "compiling gains little while every number is still a Python object.")  # fmt: skip
for name in find_formulas(ways, list(ladder.rows.values())):
    tell(f"**{name}** takes no longer for a thousand times as many numbers, so no loop runs. The compiler "
         "replaced the loop by its sum, n (n − 1) / 2. *Check that you measure what you think you "
         "measure.* fastcv's C loop prevents this replacement on purpose.")  # fmt: skip

# %% [markdown]
# Pure Python loops gain the most. Now both compilers get `colors_fast`, where NumPy already does
# the work. Cython compiles it unchanged. Cython and Numba also compile a loop of their own, which
# counts in a table of all 16.8 million colours.

# %%
import baselines
from extract_color import compiled_ways

ladder = compare(
    "colours of the logo, compiled",
    {
        "fast by Python": partial(baselines.colors_fast, logo, 6),
        **{name: partial(way, logo, 6) for name, way in compiled_ways().items()},
        "fastest NumPy: let cv2 pack": partial(colors_cv2_pack, logo, 6),
    },
    units=logo.shape[0] * logo.shape[1],
    unit="px",
)
for name in list(ladder.rows)[1:-1]:
    tell(ladder.faster(name, than="fast by Python") + ".")
tell("Where NumPy does the work, compiling the Python around it changes little. A loop of your own is only "
     "as good as its algorithm: a table of 64 MiB is slow for a small image in any language.")  # fmt: skip

# %% [markdown]
# ## 6. The C-API: what an interface costs
#
# A C extension is a shared library whose functions take and return `PyObject *`. Open fastcv's own
# [`src/binding/sums/cumulative_sum.c`](src/binding/sums/cumulative_sum.c) first: it is written for
# readers who are new to C. The next cell compiles a smaller module,
# [`benchmarks/capi_lesson.c`](benchmarks/capi_lesson.c).

# %%
from ondemand import load_c

capi = load_c("capi_lesson")
print(lesson.read_lesson("a list out"))

# %% [markdown]
# These are two ways to fill a list. `PyList_SetItem` checks its arguments and releases the old
# item. The macro `PyList_SET_ITEM` only writes the pointer: right for a new list, and a leak for a
# list that already holds items. Both *steal* the reference: the list owns the number afterwards. A
# third way, `squares_array`, makes no Python numbers at all, only bytes in an array.

# %%
n = pick(300_000, 2_000)
numbers, array = list(range(n)), np.arange(n)


def squares_python(n):
    return [i * i for i in range(n)]


def nothing(x):
    return None


if capi:
    out = compare(
        f"{n:,} squares out of C",
        {
            "Python list": lambda: squares_python(n),
            "C list, PyList_SetItem": lambda: capi.squares_set_item(n),
            "C list, PyList_SET_ITEM": lambda: capi.squares_macro(n),
            "C array": lambda: capi.squares_array(n),
        },
        units=n, unit="number", same=np.array_equal,
    )  # fmt: skip
    into = compare(
        f"{n:,} numbers into C",
        {
            "Python sum of a list": lambda: sum(numbers),
            "C sum of a list": lambda: capi.sum_list(numbers),
            "C sum of an array": lambda: capi.sum_array(array),
            "C sum of a list, made an array first": lambda: capi.sum_array(numbers),
        },
        units=n, unit="number",
    )  # fmt: skip
    tell(out.faster("C array", than="C list, PyList_SET_ITEM") + ",",
         into.faster("C sum of an array", than="C sum of a list") + ".",
         "The objects are slow, not the loop. Pass arrays, and pass arrays that exist already, because "
         "conversion costs time:",
         into.faster("C sum of a list, made an array first", than="C sum of a list") + ".")  # fmt: skip

# %% [markdown]
# **References.** C code counts references by hand. If one `Py_DECREF` is missing, the object is
# never freed. The same happens when `PyList_SET_ITEM` overwrites an item: nothing releases the old
# one.

# %%
print(
    lesson.read_lesson("a leak").partition("\n\n")[0],
    lesson.read_lesson("over an old item"),
    sep="\n\n",
)

# %%
import tracemalloc


def kept_by(function, calls=50):
    tracemalloc.start()
    function()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(calls):
        function()
    kept = (tracemalloc.get_traced_memory()[0] - before) / calls
    tracemalloc.stop()
    return kept


if capi:
    names = "append_and_release", "append_and_leak", "replace_set_item", "replace_macro"
    lesson.table(
        ["function", "bytes kept per call"],
        [[name, round(kept_by(getattr(capi, name)))] for name in names],
        "tracemalloc's average over 50 calls; a call makes 1,000 numbers, and its result is dropped",
    )

# %% [markdown]
# What does a call itself cost? Functions that do nothing show it:

# %%
import timeit

if capi:
    calls = pick(20_000, 100)
    pixel = logo[:1, :1].copy()
    rows = []
    for name, function in {
        "Python function": nothing,
        "C, METH_O: one argument, passed as it is": capi.nothing,
        "C, METH_VARARGS: a tuple, parsed": capi.nothing_parsed,
        "fastcv.main_colors of one pixel": fastcv.main_colors,
    }.items():
        names = {"function": function, "pixel": pixel}
        seconds = timeit.repeat("function(pixel)", globals=names, number=calls, repeat=5)
        rows.append([name, 1e9 * min(seconds) / calls])
    lesson.table(["call", "ns"], rows, f"{calls:,} calls in a row, the fastest of 5 series")
    tell("A call is cheap compared with a page, and expensive compared with a pixel. The loop therefore "
         "belongs *inside* the call: one call for a thousand boxes, not a thousand calls.")  # fmt: skip

# %% [markdown]
# Back to the colours, in C: fastcv reads the pixels once and counts runs of equal colours in a hash
# table that fits the caches.

# %%
threads = fastcv.get_num_threads()
for name, image in {"the logo": logo, "the page": page}.items():
    ladder = compare(
        f"6 main colours of {name}",
        {
            "NumPy: pack and sort in place": partial(colors_faster, image, 6),
            "NumPy: let cv2 pack": partial(colors_cv2_pack, image, 6),
            "main_colors": partial(fastcv.main_colors, image, 6),
            f"main_colors, {threads} threads": partial(
                fastcv.main_colors, image, 6, num_threads=threads
            ),
        },
        units=image.shape[0] * image.shape[1],
        unit="px",
    )
    tell(ladder.faster("main_colors", than="NumPy: let cv2 pack") + f", on {name}.")

# %% [markdown]
# ## 7. Crops: loops, threads and the GIL
#
# The talk's function handles one box at a time:

# %%
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
        f"image_crop_openmp, {threads} threads": partial(
            fastcv.image_crop_openmp, page, boxes, num_threads=threads
        ),
    },
    units=sum(crop.shape[0] * crop.shape[1] for crop in crops),
    unit="px",
    repeat=9,
)
pool.shutdown()
names = list(ladder.rows)
tell(ladder.faster(names[2], than=names[1]) + ". The work between two warps holds the GIL, so threads can "
     "only take turns.", ladder.faster("image_crop", than=names[0]) + ";",
     ladder.faster(names[4], than="image_crop") + ".")  # fmt: skip

# %% [markdown]
# Why do threads not halve the time? cv2 does release the GIL, but it must take the GIL back for
# each box. The effect shows when a second Python thread, which only counts, runs beside the loop:

# %%
import threading


def beside_a_counter(work):
    """Return the seconds that work takes beside a counting thread, and that thread's counts per second."""
    counted, is_done = 0, False

    def count():
        nonlocal counted
        while not is_done:
            counted += 1

    thread = threading.Thread(target=count)
    thread.start()
    start, before = perf_counter(), counted
    work()
    took, count_then = perf_counter() - start, counted
    is_done = True
    thread.join()
    return took, (count_then - before) / took


_, counts_alone = beside_a_counter(lambda: threading.Event().wait(pick(0.3, 0.05)))
rows = []
for name, work in {
    "v1: a loop over cv2": partial(crop_loop, page, boxes),
    "image_crop": partial(fastcv.image_crop, page, boxes),
}.items():
    alone = min(timeit.repeat(work, number=1, repeat=5))
    took, counts = min(beside_a_counter(work) for _ in range(5))
    rows.append([name, 1e3 * alone, 1e3 * took, 1e3 * (took - alone), 100 * counts / counts_alone])
lesson.table(
    ["work", "alone, ms", "beside a counter, ms", "longer by, ms", "counter's speed, % of alone"],
    rows,
    f"{len(boxes):,} boxes, the fastest of 5 calls each",
)
tell(f"Beside another busy thread, the loop takes {rows[0][3]:.0f} ms longer. It needs the GIL back after each "
     "call of cv2. If the counting thread has taken the GIL by then, the loop waits: a computing thread gives "
     f"up the GIL only on request, after {1e3 * sys.getswitchinterval():.0f} ms. fastcv releases the GIL once "
     f"for all boxes, and takes {rows[1][3]:.0f} ms longer.")  # fmt: skip

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
    repeat=9,
)
tell("Same pixels, one thread, no other change:",
     ladder.faster(f"image_crop: {kernels[0]}", than="image_crop: opencv") + ". "
     "[docs/kernels.md](docs/kernels.md) explains how.")  # fmt: skip

# %% [markdown]
# Once pixels are that cheap, the cost of memory shows. A thousand crops are new arrays. The
# operating system gives a process new memory page by page, and clears each page first. fastcv keeps
# freed memory in a pool. With `out=`, the caller provides the memory. Memory matters more the
# larger the crops are, so the next cell cuts 30 lines of text, and then the words.

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
        repeat=15,
    )
    fresh, pool = "image_crop: fresh from the system", "image_crop: the pool"
    tell(f"{what.title()}: {ladder.faster(pool, than=fresh)}.")
tell("[docs/memory.md](docs/memory.md) explains the pool.")

# %% [markdown]
# ## 9. From crops to tensors: fuse the passes
#
# A recogniser does not read crops. It reads tensors: every word resized to a height of 48 px,
# normalised to −1 … 1 as float32, one plane a channel, padded to the width of its batch. This is
# how RapidOCR and PaddleOCR make them. Each line is one call of cv2 or NumPy, and so one pass over
# memory:

# %%
import inspect
import math
from dataclasses import replace

from baselines import cut_lines, make_batches, resize_and_pad
from harness import measure

print(inspect.getsource(resize_and_pad))
words = fastcv.image_crop(page, boxes, convention="rapidocr")
batches = list(make_batches(words))
mb = sum(batch.nbytes for batch in batches) / 1e6
print(f"{len(words):,} words, {len(batches)} batches, {mb:.0f} MB of float32")

# %% [markdown]
# How long does each pass take? The next cell does one pass for all words before it begins the next.

# %%
widths = [math.ceil(48 * word.shape[1] / word.shape[0]) for word in words]
passes, results = {}, {"crops": words}
for name, source, step in [
    ("resize", "crops", lambda crop, width: cv2.resize(crop, (width, 48))),
    ("to float32", "resize", lambda small, width: small.astype(np.float32)),
    ("planes, / 255", "to float32", lambda real, width: real.transpose(2, 0, 1) / 255),
    ("- 0.5, / 0.5", "planes, / 255", lambda planes, width: (planes - 0.5) / 0.5),
    ("pad", "- 0.5, / 0.5", lambda planes, width: np.pad(
        planes, ((0, 0), (0, 0), (0, max(0, 320 - width))))),
]:  # fmt: skip
    start = perf_counter()
    results[name] = [step(*given) for given in zip(results[source], widths, strict=True)]
    written = sum(result.nbytes for result in results[name])
    passes[name] = [1e3 * (perf_counter() - start), written / 1e6]
lesson.table(
    ["pass", "ms", "MB written"],
    [[name, *row] for name, row in passes.items()],
    f"{len(words):,} words, one pass after the other, each into new memory",
)
slowest = max(passes, key=lambda name: passes[name][0])
tell(f"The passes write {sum(mb for _, mb in passes.values()):.0f} MB to deliver {passes['pad'][1]:.0f}. "
     f"The slowest is **{slowest}**. Resizing, the only pass with real arithmetic, takes "
     f"{100 * passes['resize'][0] / sum(ms for ms, _ in passes.values()):.0f} % of the time.")  # fmt: skip

# %% [markdown]
# A first step stays in NumPy. A pixel has 256 values, so its normal form can be looked up in a
# table, with the same bits. And the result can go straight to its place in the batch, which is
# allocated once. fastcv does the rest of the way: it resizes two rows at a time, and while they are
# in the first-level cache it blends, normalises and stores them. `crop_batches` cuts the crop just
# before, into a buffer in the second-level cache, and so never stores crops at all.

# %%
table = (np.arange(256, dtype=np.float32) / 255 - np.float32(0.5)) / np.float32(0.5)


def make_batches_by_table(crops, size=6, height=48):
    """Return the batches of make_batches, by one pass after the resize."""
    order = np.argsort([crop.shape[1] / float(crop.shape[0]) for crop in crops])
    batches = []
    for first in range(0, len(crops), size):
        batch = [crops[index] for index in order[first : first + size]]
        ratios = [crop.shape[1] / float(crop.shape[0]) for crop in batch]
        width = int(height * max(320 / height, *ratios))
        tensor = np.zeros((len(batch), 3, height, width), np.float32)
        for planes, crop, ratio in zip(tensor, batch, ratios, strict=True):
            small = cv2.resize(crop, (min(math.ceil(height * ratio), width), height))
            planes[:, :, : small.shape[1]] = table[small].transpose(2, 0, 1)
        batches.append(tensor)
    return batches


def tensors(batches):
    return [batch.tensor for batch in batches]


# %%
ladder = compare(
    f"{len(boxes):,} words to batches, all kept",
    {
        "Python: crop, resize, normalise, pad, stack": lambda: list(
            make_batches(cut_lines(page, boxes))
        ),
        "Python, but image_crop cuts": lambda: list(
            make_batches(fastcv.image_crop(page, boxes, convention="rapidocr"))
        ),
        "the same, normalised by a table": lambda: make_batches_by_table(
            fastcv.image_crop(page, boxes, convention="rapidocr")
        ),
        "image_crop, then image_batches": lambda: tensors(
            fastcv.image_batches(
                fastcv.image_crop(page, boxes, convention="rapidocr"), input="rapidocr"
            )
        ),
        "crop_batches: all in one pass": lambda: tensors(
            fastcv.crop_batches(page, boxes, convention="rapidocr", num_threads=1)
        ),
    },
    units=len(boxes),
    unit="word",
    repeat=5,
)
names = list(ladder.rows)
tell(ladder.faster(names[1], than=names[0]) + ": the second half is still Python.",
     ladder.faster(names[4], than=names[0]) + ".")  # fmt: skip

# %% [markdown]
# Now memory decides. Writing the tensors takes longer than computing them if the memory is new. An
# engine needs one batch at a time, so `iter_crop_batches` hands them over one by one, and the next
# ones are written into memory that the caller has dropped and that is still in cache. And most of
# what is written is padding: RapidOCR and PaddleOCR pad every word to 320 px at least.


# %%
def take_one_by_one(**options):
    for batch in fastcv.iter_crop_batches(page, boxes, num_threads=1, **options):
        del batch  # here an engine would run


def keep_in_fresh_memory():
    fastcv.empty_memory_pool()
    return fastcv.crop_batches(page, boxes, num_threads=1)


rapidocr = fastcv.INPUTS["rapidocr"]
warm = {
    "all kept, memory of the last call": partial(fastcv.crop_batches, page, boxes, num_threads=1),
    "one at a time": take_one_by_one,
    "one at a time, no least width": partial(
        take_one_by_one, input=replace(rapidocr, min_width=None)
    ),
    "one at a time, uint8": partial(take_one_by_one, input=replace(rapidocr, dtype="uint8")),
}
times = {
    **measure({"all kept, memory fresh from the system": keep_in_fresh_memory}, pick(5, 1)),
    **measure(warm, pick(9, 1)),
}
ms = {name: 1e3 * min(seconds) for name, seconds in times.items()}
lesson.table(["float32 batches unless said", "ms"], [list(row) for row in ms.items()],
             f"crop_batches and iter_crop_batches, {len(boxes):,} words, one thread")  # fmt: skip
real = 48 * sum(widths) / sum(batch.shape[0] * batch.shape[2] * batch.shape[3] for batch in batches)
tell(f"{100 * (1 - real):.0f} % of the bytes are padding. Without the least width a recogniser reads less, and may "
     "read differently: that is for its owner to decide, so it is an option.")  # fmt: skip

# %% [markdown]
# ## 10. Polygons: objects, arrays, an index
#
# The article's task takes a list of polygons and a list of points. For each point, it asks for the
# smallest polygon whose centre is nearer than `max_dist`. The article's first version is what
# anybody would write. Where does its time go? A flame graph shows whole call stacks, down into
# NumPy's C code. Each frame stands below its caller, and its width is its share of the time.

# %%
import flame
from IPython.display import SVG, display

graph = os.path.abspath("out/flame.svg")
os.makedirs("out", exist_ok=True)
problem = "test runs skip it" if lesson.SMALL else flame.record(flame.Path(graph), calls=4)
if problem:
    tell(f"(This flame graph was saved earlier. py-spy did not record one here: {problem}.)")
display(SVG(filename=str(flame.SAVED) if problem else graph))

# %% [markdown]
# The widest frame is `find_close`. Inside it, `np.linalg.norm` and the subtraction before it take
# the time: a hundred thousand calls of functions made for large arrays, each on two numbers. The
# other wide frame is `area`, which every comparison computes again. Version 1.5 avoids NumPy for
# two numbers and computes every area once. Version 2 measures the distances to all polygons in one
# NumPy call per point. An index looks only where a polygon can be.

# %%
import polygons as ways_of_polygons
from polygon_ways import make_article_example, make_large_example

shapes, points = make_article_example()
shapes, points = shapes[: pick(1000, 60)], points[: pick(100, 5)]
areas = fastcv.PolygonIndex(shapes).areas


def same_areas(left, right):
    chosen = ways_of_polygons.chosen_areas
    return np.allclose(*(chosen(areas, len(points), x) for x in (left, right)), equal_nan=True)


ladder = compare(
    f"{len(points)} points, {len(shapes):,} objects",
    ways_of_polygons.object_ways(shapes, points, 10.0),
    units=len(points), unit="point", repeat=3, same=same_areas,
)  # fmt: skip
v1, best = "v1: objects, a loop a point", "match_polygons of objects"
tell(ladder.faster(best, than=v1) + ". All areas of this example are equal except for rounding, so the "
     "check compares the areas of the chosen polygons.")  # fmt: skip

# %% [markdown]
# Most of the remaining time goes into reading a thousand Python objects. The next cell passes
# arrays, prepares the index once, and takes more polygons:

# %%
shapes, points = make_large_example(pick(20_000, 300), pick(10_000, 50), pick(1000, 120))
areas = fastcv.PolygonIndex(shapes).areas
ladder = compare(
    f"{len(points):,} points, {len(shapes):,} polygons in arrays",
    ways_of_polygons.array_ways(shapes, points, 10.0, threads),
    units=len(points), unit="point", repeat=3, same=same_areas,
)  # fmt: skip
index = "PolygonIndex, prepared"
tell(ladder.faster(index, than="v2: NumPy, all polygons at once") + ": the index looks at a few polygons "
     "per point instead of all.")  # fmt: skip
for name in ("Cython: typed loops", "Numba: the same loops"):
    if name in ladder.rows:
        tell(
            ladder.faster(name, than="v2: NumPy, all polygons at once")
            + ". The loop still looks at all polygons."
        )
for tree, how in {
    ways_of_polygons.TREE: "which returns every answer as a list of objects",
    ways_of_polygons.PAIRS: "which first makes an array of all close pairs",
}.items():
    if tree in ladder.rows:
        tell(f"{ladder.faster(index, than=tree)}, {how}.")

# %% [markdown]
# ## 11. In a container
#
# How many threads should a call use? Inside a container, the number of the machine's CPUs is the
# wrong answer. fastcv takes the first of these that is set: the call's `num_threads`,
# `set_num_threads`, `FASTCV_NUM_THREADS`, `OMP_NUM_THREADS`. If none is set, it takes the smaller
# of two numbers: the CPUs on which the process may run, and the CPU quota of its cgroup.

# %%
say = "import fastcv; print(fastcv.get_num_threads())"
cpus = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
rows = [["no setting", lesson.in_a_process(say)]]
if cpus:
    rows.append(
        ["on one CPU (taskset, docker --cpuset-cpus)", lesson.in_a_process(say, {min(cpus)})]
    )
rows.append(["OMP_NUM_THREADS=1", lesson.in_a_process(say, OMP_NUM_THREADS="1")])
rows.append(["FASTCV_NUM_THREADS=3", lesson.in_a_process(say, FASTCV_NUM_THREADS="3")])
limited = lesson.under_a_quota(say, cpus=1)
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
import sys, fastcv, lesson
page, boxes, _ = lesson.load_data()
for line in sys.stdin:
    for _ in range({pick(20, 1)}):
        fastcv.image_crop_openmp(page, boxes)
    print(flush=True)
"""
settings = {
    "1 thread each": {"FASTCV_NUM_THREADS": "1"},
    "fastcv's choice each": {},
    "8 threads each": {"FASTCV_NUM_THREADS": "8"},
    "8 spinning threads each": {"FASTCV_NUM_THREADS": "8", "OMP_WAIT_POLICY": "active"},
}
few = set(sorted(cpus)[:4])
seconds = lesson.time_workers(settings, 4, worker, few, rounds=pick(5, 1))
one, best = seconds["1 thread each"], min(seconds.values())
lesson.table(
    ["4 workers", "ms until all are done", "relative to 1 thread each"],
    [[name, 1e3 * each, each / one] for name, each in seconds.items()],
    f"{pick(20, 1)} × {len(boxes):,} crops per worker, {len(few) or 'all'} CPUs, the fastest of "
    f"{pick(5, 1)} interleaved rounds",
)

# %%
worst = max(seconds, key=seconds.get)
tell(f"**{worst}** takes {seconds[worst] / best:.2f} times as long as the fastest. One thread each keeps "
     "these CPUs busy. More threads have no CPU to run on and only take turns; spinning threads take turns "
     "at doing nothing. More threads can only gain time that other programs lose, because a scheduler "
     "shares CPUs by thread. In a `multiprocessing` worker, fastcv's default is one thread.")  # fmt: skip

# %% [markdown]
# ## 12. Where it does not win
#
# A call has a fixed cost. With few boxes, or few pixels, there is little to gain:


# %%
def side_by_side(theirs, ours):
    """Return a table's row: µs of both, their ratio, and the ms saved."""
    seconds = measure({"theirs": theirs, "ours": ours}, pick(30, 2))
    slow, fast = (1e6 * min(seconds[name]) for name in ("theirs", "ours"))
    return [slow, fast, slow / fast, (slow - fast) / 1e3]


counts = 1, 2, 5, 20, 50, len(boxes)
rows = [
    [count, *side_by_side(partial(crop_loop, page, boxes[:count]),
                          partial(fastcv.image_crop, page, boxes[:count]))]
    for count in counts
]  # fmt: skip
lesson.table(
    ["boxes", "loop over cv2, µs", "image_crop, µs", "ratio", "saved, ms"], rows,
    f"the first boxes of the page; the fastest of {pick(30, 2)} interleaved calls",
)  # fmt: skip
tell(f"With {rows[0][0]} box the ratio is {rows[0][3]:.1f}, but fastcv saves only {1e3 * rows[0][4]:.0f} "
     f"µs. With {rows[-1][0]:,} boxes it saves {rows[-1][4]:.1f} ms a page. With a handful of boxes, keep a "
     "loop that you have.")  # fmt: skip

# %%
rows = []
for side in (4, 16, 64, 256):
    part = np.ascontiguousarray(page[300 : 300 + side, 300 : 300 + side])
    rows.append([f"{side} × {side}", *side_by_side(partial(colors_cv2_pack, part, 6),
                                                   partial(fastcv.main_colors, part, 6))])  # fmt: skip
lesson.table(
    ["px", "NumPy: let cv2 pack, µs", "main_colors, µs", "ratio", "saved, ms"], rows,
    f"6 main colours of a part of the page; the fastest of {pick(30, 2)} interleaved calls",
)  # fmt: skip
tell(f"From {rows[0][0]} px to {rows[-1][0]} px the ratio goes from {rows[0][3]:.1f} to {rows[-1][3]:.1f}. "
     "Small images save the cost of NumPy's calls, large ones save work. Below a tenth of a millisecond both "
     "are fast enough, unless you call them for every word.")  # fmt: skip

# %% [markdown]
# If the network itself runs on the CPU, none of this matters. With RapidOCR 3.10 on CPU inference,
# crops take 0.1–0.8 % of the time, and detection and recognition take 91 % (measured for the
# [README](README.md), not here). First find out where the time goes, as in lesson 3.
#
# ## 13. A whole page: optimise what the profile says
#
# Lessons 7 to 9 made crops and tensors fast. That is where this project began, and it is where most
# people would begin: the crops are a loop over a thousand words, and loops look slow. Nobody had
# asked how much of a page they are. On 13 real pages, under RapidOCR, crops were 6 % of the time
# outside the networks. This lesson asks first.
#
# The networks are replaced by what they would have answered, so only the CPU's own work is timed: a
# scan in large print, the detector's map of it, and the recogniser's output of each batch.

# %%
left, top, scale = 100, 90, 2.5
corners = boxes - np.float32([left, top])
seen = pick(np.array([780, 600]), np.array([500, 400]))
inside = ((corners > 0) & (corners < seen)).all(axis=(1, 2))
scan = cv2.resize(page[top : top + seen[1], left : left + seen[0]], None, fx=scale, fy=scale)
letters = ["blank", *(chr(0x4E00 + i) for i in range(6623)), " "]
outputs = lesson.make_recognizer_outputs(int(inside.sum()), len(letters))
print(f"scan: {scan.shape}, {inside.sum()} words; outputs: {len(outputs)} of {outputs[0].shape}")


# %% [markdown]
# Before the detector, RapidOCR resizes the page to multiples of 32 and normalises it. `mean` and
# `std` are arrays of float64, so NumPy computes in float64. After the detector, each blob of its
# map becomes a box, and the box grows, because the detector was trained on shrunken words. (The
# projects let Clipper grow it, which rounds to whole pixels.)

# %%
mean, std = np.array([0.5, 0.5, 0.5]), np.array([0.5, 0.5, 0.5])


def prepare(page):
    """Return the detector's tensor."""
    ratio = max(1, 736 / min(page.shape[:2]))
    height, width = (int(round(int(side * ratio) / 32) * 32) for side in page.shape[:2])
    small = cv2.resize(page, (width, height))
    normal = (small.astype(np.float32) * (1 / 255) - mean) / std
    return normal.transpose(2, 0, 1)[np.newaxis].astype(np.float32)


def find_words(answer, page):
    """Return the boxes of words, from the detector's map."""
    mask = cv2.dilate((answer > 0.3).astype(np.uint8), np.ones((2, 2), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for outline in outlines:
        center, (width, height), angle = cv2.minAreaRect(outline)
        if min(width, height) < 3:
            continue
        box = cv2.boxPoints((center, (width, height), angle)).astype(np.int32)
        x, y = box.min(axis=0).clip(0)
        part = answer[y : box[:, 1].max() + 1, x : box[:, 0].max() + 1]
        within = cv2.fillPoly(np.zeros(part.shape, np.uint8), [box - [x, y]], 1)
        if cv2.mean(part, within)[0] < 0.5:
            continue
        more = 1.6 * width * height / (width + height)
        grown = cv2.boxPoints((center, (width + more, height + more), angle))
        by_x = sorted(grown.tolist())
        (lt, lb), (rt, rb) = (sorted(pair, key=lambda p: p[1]) for pair in (by_x[:2], by_x[2:]))
        found.append([lt, rt, rb, lb])
    factors = np.divide(page.shape[1::-1], answer.shape[::-1])
    return np.round(np.array(found) * factors).astype(np.float32)


# %% [markdown]
# After the recogniser, each step's most likely letter is taken, repeated letters and blanks are
# dropped, and the mean of the probabilities, rounded to five digits, is the confidence:


# %%
def read_texts(outputs):
    """Return (text, confidence) for each word."""
    texts = []
    for output in outputs:
        for classes, values in zip(output.argmax(axis=2), output.max(axis=2), strict=True):
            is_kept = np.ones(len(classes), bool)
            is_kept[1:] = classes[1:] != classes[:-1]
            is_kept &= classes != 0
            sure = [round(value, 5) for value in values[is_kept].tolist()] or [0]
            text = "".join([letters[index] for index in classes[is_kept]])
            texts.append((text, np.mean(sure).round(5).tolist()))
    return texts


tensor = prepare(scan)
factors = np.divide(tensor.shape[:1:-1], scan.shape[1::-1]) * scale
answer = lesson.make_detector_map(corners[inside] * factors, tensor.shape[2:])
found = find_words(answer, scan)
words = cut_lines(scan, found)
stage = {
    "detector's input": lambda: prepare(scan),
    "boxes": lambda: find_words(answer, scan),
    "crops": lambda: cut_lines(scan, found),
    "recogniser's input": lambda: list(make_batches(words)),
    "texts": lambda: read_texts(outputs),
}
plain = {name: 1e3 * min(seconds) for name, seconds in measure(stage, pick(9, 1)).items()}
whole = sum(plain.values())
lesson.table(["step", "ms", "% of the page"],
             [[name, ms, f"{100 * ms / whole:.0f}"] for name, ms in plain.items()],
             f"{len(found)} words, Python over NumPy and cv2, one call a step")  # fmt: skip
first = "detector's input"
tell(f"Crops take {100 * plain['crops'] / whole:.0f} %. Even if they took no time at all, a page would take "
     f"{100 * (1 - plain['crops'] / whole):.0f} % of what it takes (Amdahl's law). The {first}, one line of "
     f"arithmetic without a loop, takes {100 * plain[first] / whole:.0f} %: it makes float64 arrays of "
     f"{tensor.size * 8 / 1e6:.0f} MB, each written to memory and read again.")  # fmt: skip

# %% [markdown]
# A table of 256 values gives the tensor's bits (lesson 9). The texts need one pass over the output,
# not two. The boxes need no image for each. Replace the steps in the order of the profile, check
# after each that the result is the same, and watch the page, not the step:


# %%
def run_page(steps):
    """Return the page's texts, with a stand-in for each network."""
    steps["detector's input"](scan)
    words = steps["crops"](scan, steps["boxes"](answer, scan))
    batches = steps["recogniser's input"](words)
    del batches
    return steps["texts"](outputs)


python = {
    "detector's input": prepare,
    "boxes": find_words,
    "crops": cut_lines,
    "recogniser's input": lambda words: list(make_batches(words)),
    "texts": read_texts,
}
ours = {
    "detector's input": lambda page: fastcv.detector_input(page, num_threads=1).tensor,
    "boxes": lambda answer, page: fastcv.detector_boxes(answer, page.shape, num_threads=1).boxes,
    "crops": partial(fastcv.image_crop, convention="rapidocr"),
    "recogniser's input": partial(fastcv.image_batches, input="rapidocr", num_threads=1),
    "texts": lambda outputs: [
        text[:2] for output in outputs for text in fastcv.decode_ctc(output, letters, num_threads=1)
    ],
}
assert ours["detector's input"](scan).tobytes() == tensor.tobytes()
theirs = ours["boxes"](answer, scan)
near = np.abs(theirs.mean(axis=1)[:, np.newaxis] - found.mean(axis=1)).max(axis=2).min(axis=1)
assert len(theirs) == len(found), "another number of boxes"
assert near.max() <= 3, "another box"

# %%
ways = {"Python": python, "fastcv for the crops alone": {**python, "crops": ours["crops"]}}
steps = dict(python)
for name in sorted(plain, key=lambda name: -plain[name]):
    steps = {**steps, name: ours[name]}
    ways[f"fastcv for the {name}" if len(ways) == 2 else f"fastcv, also for the {name}"] = steps
page_ladder = compare(
    f"a page of {len(found)} words, without the networks",
    {name: partial(run_page, steps) for name, steps in ways.items()},
    units=len(found),
    unit="word",
    repeat=7,
)
names = list(page_ladder.rows)
tell(page_ladder.faster(names[1], than=names[0]) + ".",
     page_ladder.faster(names[2], than=names[0]) + ".",
     page_ladder.faster(names[-1], than=names[0]) + ".")  # fmt: skip

# %% [markdown]
# A profile also ends the work: when what is left is spread over all steps, or is small beside the
# networks, stop.
#
# ## 14. All ladders
#
# The chart has one line for every comparison above that includes fastcv, from the slowest way to
# the fastest:

# %%
lesson.draw_all()

# %%
for fact, value in lesson.describe_machine(threads).items():
    print(f"{fact:<16}{value}")

# %% [markdown]
# **What to remember**
#
# - Measure first, and the whole before its parts: the part you like may be 6 % of it. Check that
#   you measure what you think you measure. Take the fastest of
#   several interleaved calls, on data like yours.
# - Give the data the shape that fast code wants before you write faster code.
# - Compiling Python helps where Python itself takes the time.
# - Objects are expensive, arrays are cheap. Make one call for all, not one call for each.
# - Threads need work that runs without the GIL. Use no more threads than CPUs you may use.
# - A better algorithm (an index, a table, not looking at everything) beats a compiler.
# - C and SIMD come last. They make code several times faster again; use them where a profile shows
#   that it matters.
#
# [docs/sources.md](docs/sources.md) compares the talk's and the article's own figures with ours.
