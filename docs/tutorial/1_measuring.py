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
# numbers below come from the last run of this notebook, and so do the sentences about them. Run it,
# and the numbers are yours.
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
from harness import name_threads
from lesson import compare, measure, pick, tell

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
