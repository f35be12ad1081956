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
# A page of text has been through a neural network, and out comes a list of a thousand little
# quadrilaterals: the words. Now comes the part that nobody thinks about: cut every word out,
# find the colours of the letters, match words to other words. It is ordinary Python over NumPy and
# OpenCV, and once the model runs on an accelerator, it is what everybody waits for.
#
# This lesson makes that part fast, one step at a time. Each step goes the same way:
# **measure, change one thing, check that the result is the same, measure again, and say why.** All
# numbers below were measured where this notebook was run last: run it, and they are yours.
#
# It follows a talk that the Papago OCR team gave at NAVER DEVIEW 2023, and, for polygons, Ohad
# Ravid's article [Making Python 100x faster with less than 100 lines of
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
# A box is four corners: left-top, right-top, right-bottom, left-bottom. Words are seldom upright, so
# cutting one out means straightening it: a perspective transform of the four corners to an upright
# rectangle.

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
# Three questions, then:
#
# - **crops**: how long does it take to cut all words out?
# - **colours**: which colours does an image have, and how often, so that the translation can be drawn in
#   them?
# - **polygons**: which of a thousand polygons belongs to a point?
#
# ## 2. Timing honestly
#
# Here is the simplest thing that can be measured: the same call, many times.

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
    f"`colors_faster` of the logo, {len(times)} calls one after the other",
)  # fmt: skip

# %% [markdown]
# The computer does the same work each time, so what differs is everything else: caches that are cold,
# another program, the clock of the CPU. Noise only ever adds time. That is why this lesson reports the
# **fastest** of some calls, and takes turns between the things it compares (A B C A B C …), so that a
# slow minute of the machine meets them all.
#
# And measuring costs time itself. A profiler that looks at every line changes what it looks at:


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
        f"The loop takes {1e3 * plain:.1f} ms, and {1e3 * traced:.1f} ms while every line is timed: "
        f"{traced / plain:.1f} times as long. A line profile tells **where** the time goes, not "
        "how long it takes; and it makes short lines look worse than they are."
    )
except ImportError:
    tell("line_profiler is not installed: pip install line-profiler")

# %% [markdown]
# ## 3. A line profile
#
# Which colours does the logo have? NumPy has a function for that, `np.unique`, and it works on whole rows
# too. This is the naive way; let us look inside.

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
# Read the column *% Time*: nearly all of it is one line, `np.unique` over rows. So there is no point in
# making any other line faster. Why is it slow? It sorts 1.2 million rows of three bytes, and comparing two
# rows is work for a generic comparison; sorting numbers is what NumPy is really good at.
#
# ## 4. Better NumPy
#
# One change: **pack** the three bytes of a pixel into one number, then sort numbers.


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
# The second change: make fewer arrays. Every `<<` and `|` above writes a whole new array and reads it
# back. Pack in place, sort in place, and find where a run of equal numbers begins. The third: let OpenCV
# do the packing. `cvtColor` reorders four bytes a pixel, and four bytes *are* a number.

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
     "No other language was needed for that: the data only took a shape that fast code exists for.")  # fmt: skip

# %% [markdown]
# ## 5. Cython and Numba: where they help
#
# Both compile Python. Do they make it fast? Take the smallest loop there is, the one from lesson 2, and
# write it in every way. In Cython it stands twice, as it is and with C types:
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
         "compiling does little as long as every number is still a Python object.")  # fmt: skip
for name in find_formulas(ways, list(ladder.rows.values())):
    tell(f"And **{name}**? It takes as long for a thousand times as many numbers: there is no loop any "
         "more. The compiler saw what it adds up to, n (n − 1) / 2. *Measure what you think you "
         "measure*; fastcv's C loop keeps the compiler from it on purpose.")  # fmt: skip

# %% [markdown]
# So pure Python loops are where they shine. Now give them `colors_fast`, whose work is done by NumPy
# already. Cython compiles it as it stands; and both get a loop of their own, with a table of all 16.8
# million colours to count in.

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
tell("Where NumPy did the work, compiling the Python around it changes little. A loop of one's own is only "
     "as good as its idea: a table of 64 MB is slow for a small image in any language.")  # fmt: skip

# %% [markdown]
# ## 6. The C-API: what an interface costs
#
# A C extension is a shared library whose functions take and return `PyObject *`. The first file to open is
# fastcv's own [`src/binding/sums/cumulative_sum.c`](src/binding/sums/cumulative_sum.c), written for who
# reads C for the first time. Here is a smaller module,
# [`benchmarks/capi_lesson.c`](benchmarks/capi_lesson.c), compiled now.

# %%
from ondemand import load_c

capi = load_c("capi_lesson")
print(lesson.read_lesson("a list out"))

# %% [markdown]
# Two ways to fill a list. `PyList_SetItem` checks its arguments and lets go of what was there before;
# the macro `PyList_SET_ITEM` writes the pointer, which is right for a new list and wrong (a leak) for any
# other. Both *take over* the reference: the number belongs to the list afterwards. The third way makes no
# numbers at all, only bytes in an array.

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
            "C sum of a list made an array": lambda: capi.sum_array(numbers),
        },
        units=n, unit="number",
    )  # fmt: skip
    tell(out.faster("C array", than="C list, PyList_SET_ITEM") + ",",
         into.faster("C sum of an array", than="C sum of a list") + ".",
         "Not the loop is slow, the objects are: hand over arrays, and arrays that are there already. What "
         "converting on the way costs:", into.faster("C sum of a list made an array", than="C sum of a list") + ".")  # fmt: skip

# %% [markdown]
# **References.** C counts them by hand. Forget one `Py_DECREF`, and the object lives for ever. The same
# happens where `PyList_SET_ITEM` writes over an item that was there: nobody lets go of it.

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
        ["function", "bytes kept by a call"],
        [[name, round(kept_by(getattr(capi, name)))] for name in names],
        "tracemalloc's sum after 50 calls; a call makes 1,000 numbers, and what it returns is dropped",
    )

# %% [markdown]
# And how much is a call itself? A function that does nothing, called often:

# %%
import timeit

if capi:
    calls = pick(20_000, 100)
    pixel = logo[:1, :1].copy()
    rows = []
    for name, function in {
        "Python function": nothing,
        "C, METH_O: one argument, handed over": capi.nothing,
        "C, METH_VARARGS: a tuple, parsed": capi.nothing_parsed,
        "fastcv.main_colors of one pixel": fastcv.main_colors,
    }.items():
        names = {"function": function, "pixel": pixel}
        seconds = timeit.repeat("function(pixel)", globals=names, number=calls, repeat=5)
        rows.append([name, 1e9 * min(seconds) / calls])
    lesson.table(["call", "ns"], rows, f"each {calls:,} times in a row, the fastest of 5 such rows")
    tell("A call is cheap beside a page, and dear beside a pixel. So the loop belongs *inside* the call: "
         "one call for a thousand boxes, not a thousand calls.")  # fmt: skip

# %% [markdown]
# So much for small examples. The colours, in C: one pass over the pixels, which counts runs of equal
# colours in a hash table that fits the caches.

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
# This is the talk's function, box by box:

# %%
from baselines import crop_batched, crop_loop, crop_pooled, find_transform

box = boxes[0]
matrix, size = find_transform(box)
print(
    f"box {box.tolist()}\n→ {size[0]} x {size[1]} px, by\n{np.array_str(matrix, precision=4, suppress_small=True)}"
)

# %% [markdown]
# First better Python: all sizes at once in NumPy (v1.5). Then threads: cv2 releases the GIL while it warps,
# so a pool of Python threads should help (v1.6). Then one call to C, on one thread and on several.

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
tell(ladder.faster(names[2], than=names[1]) + ". The work between two warps holds the GIL, and threads can "
     "only take turns at it.", ladder.faster("image_crop", than=names[0]) + ";",
     ladder.faster(names[4], than="image_crop") + ".")  # fmt: skip

# %% [markdown]
# Why do threads not halve the time? cv2 does release the GIL, but for each box it must get it back. Put a
# second Python thread beside the loop, one that only counts, and look at both:

# %%
import threading


def beside_a_counter(work):
    """Seconds of work while another thread counts, and how far that comes in a second."""
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
tell(f"Beside another busy thread the loop takes {rows[0][3]:.0f} ms longer: it wants the GIL back after each "
     f"call of cv2, and a thread that computes gives it up only when asked, after "
     f"{1e3 * sys.getswitchinterval():.0f} ms. fastcv lets go of it once for all boxes, and takes "
     f"{rows[1][3]:.0f} ms longer.")  # fmt: skip

# %% [markdown]
# ## 8. Kernels, and memory
#
# Inside the call, a pixel is four neighbours and two fractions. fastcv has that loop several times: in
# plain C, and for each instruction set that computes 4, 8 or 16 pixels at once. `opencv` is
# OpenCV's own `remap`, called from C. All give the same bytes.

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
     ladder.faster(f"image_crop: {kernels[0]}", than="image_crop: opencv") + ". How that works stands in "
     "[docs/kernels.md](docs/kernels.md).")  # fmt: skip

# %% [markdown]
# When pixels become that cheap, something else shows: memory. A thousand crops are new arrays, and
# memory that is new to a process comes page by page from the operating system, each cleared first.
# fastcv keeps what was given back in a pool; `out=` goes further and takes the caller's. The larger the
# crops, the more it matters: here are 30 lines of text, and then the words.

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
        fastcv.set_memory_pool(64 << 20)


for what, quads in {"lines": lines, "words": boxes}.items():
    pixels = int(fastcv.crop_shapes(quads).prod(axis=1).sum())
    own = np.empty(3 * pixels, np.uint8)
    ladder = compare(
        f"{len(quads):,} {what}, by whose memory",
        {
            "image_crop: fresh from the system": partial(crop_in_fresh_memory, quads),
            "image_crop: the pool": partial(fastcv.image_crop, page, quads),
            "image_crop: the caller's, out=": partial(fastcv.image_crop, page, quads, out=own),
            "image_crop: an array each, of malloc": partial(crop_without_pool, quads),
        },
        units=pixels,
        unit="px",
        repeat=15,
    )
    fresh, pool = "image_crop: fresh from the system", "image_crop: the pool"
    tell(f"{what.title()}: {ladder.faster(pool, than=fresh)}.")
tell("[docs/memory.md](docs/memory.md) has the rules.")

# %% [markdown]
# ## 9. Polygons: objects, arrays, an index
#
# The article's task: a list of polygons and of points. For each point, of the polygons whose centre is
# nearer than `max_dist`, take the smallest. Its first version is what anybody would write. Where does the
# time go? A flame graph shows whole stacks, down into NumPy's C code: each frame stands below the one
# that called it, and the wider it is, the longer it took.

# %%
import flame
from IPython.display import SVG, display

graph = os.path.abspath("out/flame.svg")
os.makedirs("out", exist_ok=True)
problem = "not in a test run" if lesson.SMALL else flame.record(flame.Path(graph), calls=4)
if problem:
    tell(f"(A saved one is shown; py-spy could not take it here: {problem}.)")
display(SVG(filename=str(flame.SAVED) if problem else graph))

# %% [markdown]
# The widest part is `find_close`, and in it `np.linalg.norm` and the subtraction before it: a hundred
# thousand calls of functions made for large arrays, each on two numbers. The other is `area`, computed
# anew for every comparison. So (v1.5) no NumPy for two numbers, and every area once; or one call for all
# polygons (v2); or look only where something can be: an index.

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
tell(ladder.faster(best, than=v1) + ". All areas of this example are equal but for rounding, so equality "
     "is of the areas chosen.")  # fmt: skip

# %% [markdown]
# Most of what is left is reading a thousand Python objects. Give it arrays, prepare the index once, and
# take more polygons:

# %%
shapes, points = make_large_example(pick(20_000, 300), pick(10_000, 50), pick(1000, 120))
areas = fastcv.PolygonIndex(shapes).areas
ladder = compare(
    f"{len(points):,} points, {len(shapes):,} polygons in arrays",
    ways_of_polygons.array_ways(shapes, points, 10.0, threads),
    units=len(points), unit="point", repeat=3, same=same_areas,
)  # fmt: skip
index = "PolygonIndex, prepared"
tell(ladder.faster(index, than="v2: NumPy, all polygons at once") + ": it looks at a few polygons a "
     "point instead of all.")  # fmt: skip
for name in ("Cython: typed loops", "Numba: the same loops"):
    if name in ladder.rows:
        tell(
            ladder.faster(name, than="v2: NumPy, all polygons at once")
            + ", for it still looks at all."
        )
for tree, how in {
    ways_of_polygons.TREE: "which makes a list of objects of every answer",
    ways_of_polygons.PAIRS: "which first makes an array of all close pairs",
}.items():
    if tree in ladder.rows:
        tell(f"{ladder.faster(index, than=tree)}, {how}.")

# %% [markdown]
# ## 10. In a container
#
# How many threads should it be? The number of CPUs of the machine is the wrong answer inside a container.
# fastcv asks, in this order: the call, `set_num_threads`, `FASTCV_NUM_THREADS`, `OMP_NUM_THREADS`, and then
# the smaller of the CPUs this process may run on and the quota of its cgroup.

# %%
say = "import fastcv; print(fastcv.get_num_threads())"
cpus = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
rows = [["as it is", lesson.in_a_process(say)]]
if cpus:
    rows.append(
        ["on one CPU (taskset, docker --cpuset-cpus)", lesson.in_a_process(say, {min(cpus)})]
    )
rows.append(["OMP_NUM_THREADS=1", lesson.in_a_process(say, OMP_NUM_THREADS="1")])
rows.append(["FASTCV_NUM_THREADS=3", lesson.in_a_process(say, FASTCV_NUM_THREADS="3")])
limited = lesson.under_a_quota(say, cpus=1)
rows.append(["a cgroup with a quota of 1 CPU (docker --cpus=1)", limited or "(see below)"])
rows.append(["this cgroup's own quota, CPUs", fastcv._core._cgroup_cpus("") or "none is set"])
lesson.table(["where", "threads"], rows, "`fastcv.get_num_threads()`, a new process a row")
if limited is None:
    tell("This process may not make a cgroup, as is usual inside a container. Outside, "
         "`systemd-run --scope -p CPUQuota=100%` starts a program in one.")  # fmt: skip

# %% [markdown]
# A quota does not say *which* CPUs, but how much of their time: 1 CPU is 100 ms of computing in every
# 100 ms. Two threads use that up in 50, and then the kernel stops both until the next 100 ms begin.
#
# And what does a wrong answer cost? Four workers at once, as a server has them, on four CPUs or fewer.
# Each cuts the page again and again: with one thread, with as many as fastcv chooses, with eight.

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
    "8 threads each, which spin": {"FASTCV_NUM_THREADS": "8", "OMP_WAIT_POLICY": "active"},
}
few = set(sorted(cpus)[:4])
seconds = lesson.time_workers(settings, 4, worker, few, rounds=pick(5, 1))
one, best = seconds["1 thread each"], min(seconds.values())
lesson.table(
    ["4 workers", "ms until all are done", "of 1 thread each"],
    [[name, 1e3 * each, each / one] for name, each in seconds.items()],
    f"{pick(20, 1)} times {len(boxes):,} crops a worker, {len(few) or 'all'} CPUs, the fastest of "
    f"{pick(5, 1)} rounds, in turn",
)

# %%
worst = max(seconds, key=seconds.get)
tell(f"**{worst}** takes {seconds[worst] / best:.2f} times as long as the fastest. One thread each keeps "
     "these CPUs busy; more have no CPU to run on, they only take turns, and those that spin take turns at "
     "nothing. What more threads may gain is other programs' time, for a scheduler shares CPUs out by "
     "the thread. In a `multiprocessing` worker one thread is fastcv's default.")  # fmt: skip

# %% [markdown]
# ## 11. Where it does not win
#
# A call has a fixed price, and so has everything around it. With few boxes, or few pixels, there is
# little to gain:

# %%
from harness import measure


def side_by_side(theirs, ours):
    """A row: µs of both, the ratio, and the ms that are saved."""
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
    f"the first boxes of the page; the fastest of {pick(30, 2)} calls, in turn",
)  # fmt: skip
tell(f"With {rows[0][0]} box the ratio is {rows[0][3]:.1f}, but what is saved is {1e3 * rows[0][4]:.0f} "
     f"µs; with {rows[-1][0]:,} boxes it is {rows[-1][4]:.1f} ms a page. With a handful of boxes, keep the "
     "loop: it is shorter to read.")  # fmt: skip

# %%
rows = []
for side in (4, 16, 64, 256):
    part = np.ascontiguousarray(page[300 : 300 + side, 300 : 300 + side])
    rows.append([f"{side} × {side}", *side_by_side(partial(colors_cv2_pack, part, 6),
                                                   partial(fastcv.main_colors, part, 6))])  # fmt: skip
lesson.table(
    ["px", "NumPy: let cv2 pack, µs", "main_colors, µs", "ratio", "saved, ms"], rows,
    f"6 main colours of a part of the page; the fastest of {pick(30, 2)} calls, in turn",
)  # fmt: skip
tell(f"From {rows[0][0]} px to {rows[-1][0]} the ratio goes from {rows[0][3]:.1f} to {rows[-1][3]:.1f}: first "
     "it is the price of NumPy's calls that is saved, then work. Under a tenth of a millisecond either is "
     "quick enough, unless it is called for every word.")  # fmt: skip

# %% [markdown]
# And where the network itself runs on the CPU, none of this matters: with RapidOCR 3.10 on CPU inference,
# crops are 0.1–0.8 % of the time and detection and recognition 91 % (measured for the
# [README](README.md), not here). First find out what the time is spent on. That was lesson 3.
#
# ## 12. All ladders
#
# Every table of this run, each from its first line to its last:

# %%
lesson.draw_all()

# %%
for fact, value in lesson.describe_machine(threads).items():
    print(f"{fact:<16}{value}")

# %% [markdown]
# **What to take along**
#
# - Measure first, and measure what you think you measure: the fastest of several, taken in turn, on data
#   like yours.
# - Give fast code the shape it wants before you write faster code.
# - Compiled Python helps where Python itself was the work.
# - Objects are dear, arrays are cheap; one call for all, not one for each.
# - Threads need work without the GIL, and no more of them than CPUs you may use.
# - An idea (an index, a table, not looking at all) beats a compiler.
# - Then, last, C and SIMD: several times more, for code that is called for a reason.
#
# [docs/sources.md](docs/sources.md) sets the talk's and the article's own figures beside ours.
