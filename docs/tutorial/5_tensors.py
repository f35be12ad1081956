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
wide = [max(320, width) for width in widths]
made = [resize_and_pad(word, width) for word, width in zip(words, wide, strict=True)]
same = lesson.same_of(lesson.count_same(results["pad"], made), "words")
slowest = max(passes, key=lambda name: passes[name][0])
tell(f"Same result as `resize_and_pad`: {same}.",
     f"The passes write {sum(mb for _, mb in passes.values()):.0f} MB to deliver {passes['pad'][1]:.0f}. "
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
    items="batches",
)
names = list(ladder.rows)
tell(ladder.because(names[1], names[0], faster="the second half is still Python"),
     ladder.faster(names[4], than=names[0]) + ".")  # fmt: skip

# %% [markdown]
# What remains is memory. An engine needs one batch at a time, so `iter_crop_batches` hands them over
# one by one, and writes the next ones into memory that the caller has dropped. And part of what is
# written is padding: RapidOCR and PaddleOCR pad every word to 320 px at least.


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
kept = tensors(fastcv.crop_batches(page, boxes, num_threads=1))
single = tensors(fastcv.iter_crop_batches(page, boxes, num_threads=1))
same = lesson.same_of(lesson.count_same(single, kept), "batches")
marks = ["", "", same, "other widths", "another type"]
lesson.table(["float32 batches unless said", "ms", "same result"],
             [[name, each, mark] for (name, each), mark in zip(ms.items(), marks, strict=True)],
             f"crop_batches and iter_crop_batches, {len(boxes):,} words, one thread")  # fmt: skip
real = 48 * sum(widths) / sum(batch.shape[0] * batch.shape[2] * batch.shape[3] for batch in batches)
mb, batch_mb = (each / 1e6 for each in (sum(t.nbytes for t in kept), max(t.nbytes for t in kept)))
tell(outcomes.explain_batches(ms, mb, batch_mb, 1 - real),
     "Without the least width a recogniser reads less, and may read differently: that is for its owner to "
     "decide, so it is an option.")  # fmt: skip
