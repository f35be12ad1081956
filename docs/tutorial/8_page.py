# %% [markdown]
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
print(f"the detector's input: all {tensor.size:,} numbers are the same")
print(f"boxes: {len(theirs)} of {len(found)}, their centres at most {near.max():.1f} px apart")

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
    items="texts",
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
