# %% [markdown]
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
# next step reads it back. `colors_faster` packs in place, sorts in place, and finds where each run of
# equal numbers begins. The third change: let OpenCV pack. `cvtColor` writes four bytes per
# pixel, and four bytes *are* one number.

# %%
from baselines import colors_cv2_pack

colors, counts = colors_naive(logo, 6)
for way in (colors_fast, colors_faster, colors_cv2_pack):
    other_colors, other_counts = way(logo, 6)
    same = (other_colors == colors).all(axis=1) & (other_counts == counts)
    assert same.all(), f"{way.__name__} finds other colours"
    print(f"{way.__name__:<16} same result: {same.sum()} of {len(colors)} colours and counts")

# %% [markdown]
# No time is worth reading before this check. `compare`, in the next cell and in every step that
# follows, checks like this before it measures, and ends the run if a result differs. The chart shows
# beside each bar how much of the result is the same as the first way's.

# %%
ladder = compare(
    "colours of the logo",
    {
        "naive": partial(colors_naive, logo, 6),
        "pack": partial(colors_fast, logo, 6),
        "pack and sort in place": partial(colors_faster, logo, 6),
        "let cv2 pack": partial(colors_cv2_pack, logo, 6),
    },
    units=logo.shape[0] * logo.shape[1],
    unit="px",
    items="colours",
)
tell(ladder.faster("pack", than="naive") + ", and",
     ladder.faster("let cv2 pack", than="pack") + ".",
     "That took no other language. It only put the data into a shape for which fast code exists.")  # fmt: skip

# %% [markdown]
# **Exercise.** A translation is drawn word by word, so it needs the colours of every word, not of the
# page. Write `colors_of_words(image, rectangles, n)`. It returns the n main colours and their counts
# for each rectangle x1, y1, x2, y2. How long does a word take, and how long would a word of one pixel
# take?
#
# The next cell is an answer. Try it yourself first.

# %%
corners = np.rint(boxes).astype(int).clip(0, page.shape[1::-1])  # on the page
rectangles = np.hstack([corners.min(axis=1), corners.max(axis=1)])


def colors_of_words(image, rectangles, n):
    return [colors_faster(image[y1:y2, x1:x2], n) for x1, y1, x2, y2 in rectangles.tolist()]


def count_of(results):
    return sum(int(counts.sum()) for _, counts in results)


one_pixel = np.hstack([corners[:, 0], corners[:, 0] + 1])
seconds = measure(
    {
        "words": partial(colors_of_words, page, rectangles, 256**3),
        "pixels": partial(colors_of_words, page, one_pixel, 256**3),
    },
    pick(3, 1),
)
pixels = np.prod(rectangles[:, 2:] - rectangles[:, :2], axis=1).sum()
found = count_of(colors_of_words(page, rectangles, 256**3))
assert found == pixels, "a pixel is missing"
words_us, pixels_us = (1e6 * min(times) / len(boxes) for times in seconds.values())
tell(f"The check: all colours of all words count {found:,} of {pixels:,} pixels. A word takes {words_us:.0f} µs, "
     f"and a word of one pixel {pixels_us:.0f} µs, which is the cost of NumPy's calls: "
     f"{100 * pixels_us / words_us:.0f} %. Lesson 8 does this again, in one call.")  # fmt: skip

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
    units=n, unit="number", items="sum",
)  # fmt: skip
C = "C: fastcv.cumulative_sum"
tell(ladder.faster(C, than="Python loop") + ".")
if "Cython: typed" in ways:
    tell(ladder.faster("Cython: typed", than="Python loop") + ", and",
         ladder.faster("Cython: the same loop", than="Python loop") + ":",
         "there every number is still a Python object.")  # fmt: skip
for name in find_formulas(ways, list(ladder.rows.values())):
    lesson.rename(name, f"{name}, no loop runs")
    tell(f"**{name}** takes no longer for a thousand times as many numbers, so no loop runs. The compiler "
         "replaced the loop by its sum, n (n − 1) / 2. *Check that you measure what you think you "
         "measure.* fastcv's C loop prevents this replacement on purpose.")  # fmt: skip

# %% [markdown]
# That was a loop of pure Python. Now both compilers get `colors_fast`, where NumPy already does
# the work. Cython compiles it unchanged. Cython and Numba also compile a loop of their own, which
# counts in a table of all 16.8 million colours.

# %%
import baselines
from extract_color import compiled_ways

ladder = compare(
    "colours of the logo, compiled",
    {
        "pack, by Python": partial(baselines.colors_fast, logo, 6),
        **{name: partial(way, logo, 6) for name, way in compiled_ways().items()},
        "NumPy: let cv2 pack": partial(colors_cv2_pack, logo, 6),
    },
    units=logo.shape[0] * logo.shape[1],
    unit="px",
    items="colours",
)
table, numpy = "its table of 64 MiB does not fit the caches", "NumPy still does the work"
for name in list(ladder.rows)[1:-1]:
    reasons = {"same": numpy, "faster": numpy} if "as it stands" in name else {"slow": table}
    tell(ladder.because(name, "pack, by Python", **reasons))
tell("Compiling gains what Python itself costs. A loop of your own is only as good as its algorithm, in any "
     "language.")  # fmt: skip
