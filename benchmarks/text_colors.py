"""How often words' colours are right, beside the ways that people use, and how long each takes.

The words are made (made_words.py), so their ink and paper are known. Method and limits were chosen
on words with even numbers; this prints words with odd numbers, which nobody looked at before.
scikit-learn's k-means takes part where it is installed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from time import perf_counter

import numpy as np
from PIL import Image

from harness import cv2, describe_machine, fastcv, print_header, say
from made_words import CONDITIONS, WORDS, MadeWord, delta_e_2000, make_words, pack

try:
    from sklearn.cluster import KMeans
except ImportError:
    KMeans = None

GOOD = 3.0
"""CIEDE2000 up to which a colour is right."""
BAD = 6.0
TIMED = 10
"""Every so many words are timed."""
Pair = tuple[np.ndarray, np.ndarray]


def inside(word: MadeWord) -> np.ndarray:
    """The box's pixels, (n, 3); of a turned box those of its upright one."""
    left, top = np.maximum(np.ceil(word.quad.min(0)).astype(int), 0)
    right, bottom = np.floor(word.quad.max(0)).astype(int)
    return word.tile[top : bottom + 1, left : right + 1].reshape(-1, 3)


def by_count(colors: np.ndarray, counts: np.ndarray, text: int = 1) -> Pair:
    """The most frequent colour is the background, another one the text."""
    order = np.argsort(-counts, kind="stable")
    return colors[order[min(text, len(order) - 1)]], colors[order[0]]


def farthest(colors: np.ndarray, counts: np.ndarray) -> Pair:
    """The most frequent colour, and the one that is most unlike it."""
    background = colors[counts.argmax()]
    far = np.linalg.norm(colors.astype(float) - background, axis=1)
    return colors[far.argmax()], background


def kmeans_cv2(k: int) -> Callable[[np.ndarray], Pair]:
    """OpenCV's k-means."""

    def run(pixels: np.ndarray) -> Pair:
        rule = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
        flags = cv2.KMEANS_PP_CENTERS
        _, labels, centers = cv2.kmeans(pixels.astype(np.float32), k, None, rule, 3, flags)
        counts = np.bincount(labels.ravel(), minlength=k)
        return by_count(centers, counts) if k == 2 else farthest(centers, counts)

    return run


def kmeans_sklearn(pixels: np.ndarray) -> Pair:
    """scikit-learn's k-means, k = 2."""
    found = KMeans(2, n_init=3, random_state=0).fit(pixels.astype(np.float32))
    return by_count(found.cluster_centers_, np.bincount(found.labels_, minlength=2))


def otsu(pixels: np.ndarray) -> Pair:
    """Otsu's threshold on gray values, then the two means."""
    gray = cv2.cvtColor(pixels[None], cv2.COLOR_RGB2GRAY)
    _, mask = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    is_light = mask[0] > 0
    if is_light.all() or not is_light.any():
        mean = pixels.mean(0)
        return mean, mean
    means = np.array([pixels[~is_light].mean(0), pixels[is_light].mean(0)])
    return by_count(means, np.bincount(is_light, minlength=2))


def median_cut(k: int) -> Callable[[np.ndarray], Pair]:
    """Pillow's median cut to k colours, by their counts."""

    def run(pixels: np.ndarray) -> Pair:
        image = Image.fromarray(np.ascontiguousarray(pixels[None]))
        cut = image.quantize(k, method=Image.Quantize.MEDIANCUT)
        palette = np.array(cut.getpalette()).reshape(-1, 3)
        counts = np.bincount(np.asarray(cut).ravel(), minlength=len(palette))
        return by_count(palette, counts[: len(palette)])

    return run


def color_thief(pixels: np.ndarray) -> Pair:
    """ColorThief's rule: every tenth pixel, nearly white ones left out, median cut to 5 colours."""
    some = pixels[::10]
    some = some[~(some > 250).all(1)]
    return median_cut(5)(some if len(some) > 1 else pixels)


def frequent_and_distant(pixels: np.ndarray) -> Pair:
    """The most frequent colour and the one most unlike it."""
    return farthest(*np.unique(pixels, axis=0, return_counts=True))


WAYS: dict[str, Callable[[np.ndarray], Pair]] = {
    "k-means, 2 (cv2)": kmeans_cv2(2),
    "k-means, 3 (cv2)": kmeans_cv2(3),
    **({"k-means, 2 (sklearn)": kmeans_sklearn} if KMeans else {}),
    "Otsu and means": otsu,
    "median cut, 2 (Pillow)": median_cut(2),
    "median cut, 3 (Pillow)": median_cut(3),
    "ColorThief's rule": color_thief,
    "frequent and distant": frequent_and_distant,
}


def time_one(way: Callable[[np.ndarray], Pair], word: MadeWord) -> float:
    """The fastest of three runs, in seconds."""
    pixels, times = inside(word), []
    for _ in range(3):
        before = perf_counter()
        way(pixels)
        times.append(perf_counter() - before)
    return min(times)


def oracle(word: MadeWord) -> np.ndarray:
    """The median of the pixels wholly inside the letters, which only the maker knows."""
    return np.median(word.tile[word.inside], 0) if word.inside.any() else word.tile.mean((0, 1))


def auroc(confidence: np.ndarray, is_bad: np.ndarray) -> float:
    """How often a good word has more confidence than a bad one; equal ones count half."""
    _, rank, counts = np.unique(confidence, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    good = middle[rank][~is_bad]
    pairs = len(good) * int(is_bad.sum())
    return (good.sum() - len(good) * (len(good) + 1) / 2) / pairs if pairs else float("nan")


class Results:
    """What a way found for all words."""

    def __init__(self, words: list[MadeWord], text: np.ndarray, background: np.ndarray):
        ink, paper = np.array([w.ink for w in words]), np.array([w.paper for w in words])
        text, background = np.asarray(text, float), np.asarray(background, float)
        self.text = delta_e_2000(text, ink)
        self.background = delta_e_2000(background, paper)
        self.is_swapped = (delta_e_2000(text, paper) < self.text) & (
            delta_e_2000(background, ink) < self.background
        )

    def row(self, name: str, errors: np.ndarray, rows: dict[str, np.ndarray]) -> str:
        """A line of a table: the share of right words per condition."""
        shares = [f"{100 * (errors[k] <= GOOD).mean():6.1f}" for k in rows.values()]
        return f"{name:<24}" + "".join(shares)


def head(rows: dict[str, np.ndarray]) -> str:
    """The conditions' names, above each other, and the number of words."""
    names = [c.replace("jpeg ", "").split() for c in rows]
    lines = [
        " " * 24 + "".join(f"{(n[k] if k < len(n) else ''):>6.5}" for n in names) for k in (0, 1)
    ]
    counts = {len(k) for k in rows.values()}
    return "\n".join([*lines, f"{'words':<24}" + f"  {min(counts)} to {max(counts)} a column"])


def main() -> None:
    """Print three tables and the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=4000, help=f"of {WORDS:,} (default 4000)")
    parser.add_argument("--only-fastcv", action="store_true", help="leave the other ways out")
    parser.add_argument("--tuning", action="store_true", help="the words with even numbers")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    print_header(describe_machine(1))
    say(f"Making {given.words // 2:,} words ...")
    words = make_words(range(0 if given.tuning else 1, given.words, 2))
    page, boxes = pack(words)
    condition = np.array([w.condition for w in words])
    rows = {c: np.flatnonzero(condition == c) for c in CONDITIONS}
    seconds: dict[str, float] = {}

    found = fastcv.text_colors(page, boxes, num_threads=1)
    times = []
    for start in range(0, len(boxes), 100):
        part = boxes[start : start + 100]
        each = []
        for _ in range(5):
            before = perf_counter()
            fastcv.text_colors(page, part, num_threads=1)
            each.append(perf_counter() - before)
        times.append(min(each))
    seconds["fastcv.text_colors"] = sum(times)
    results = {"fastcv.text_colors": Results(words, found.text[:, ::-1], found.background[:, ::-1])}
    for name, way in {} if given.only_fastcv else WAYS.items():
        pairs = [way(inside(word)) for word in words]
        seconds[name] = len(words) * float(np.mean([time_one(way, w) for w in words[::TIMED]]))
        results[name] = Results(words, *map(np.array, zip(*pairs, strict=True)))

    print(f"\nText: share of words within {GOOD:g} of CIEDE2000, in %\n{head(rows)}")
    known = delta_e_2000(np.array([oracle(w) for w in words]), np.array([w.ink for w in words]))
    for name, result in results.items():
        print(result.row(name, result.text, rows))
    print(results["fastcv.text_colors"].row("oracle: inner pixels", known, rows))
    print(f"\nBackground: share of words within {GOOD:g} of CIEDE2000, in %\n{head(rows)}")
    for name, result in results.items():
        print(result.row(name, result.background, rows))
    print("\n" + f"{'':<24}{'swapped':>9}{'us/word':>10}{'ratio':>8}")
    for name, result in results.items():
        each = seconds[name] / len(words) * 1e6
        ratio = seconds[name] / seconds["fastcv.text_colors"]
        print(f"{name:<24}{100 * result.is_swapped.mean():>8.2f}%{each:>10.1f}{ratio:>8.0f}")
    is_bad = results["fastcv.text_colors"].text > BAD
    plain = condition != "outlined"
    print(
        f"\nConfidence, AUROC of text over {BAD:g}: {auroc(found.confidence, is_bad):.3f} of all, "
        f"{auroc(found.confidence[plain], is_bad[plain]):.3f} without outlined words"
    )


if __name__ == "__main__":
    main()
