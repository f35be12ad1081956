"""The tutorial's sentences about figures: one for each outcome, with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness import digits

SAME = 1.10
"""Times that differ by less are called equal: calls on a quiet machine differ by as much."""

NOISY = 1.4
"""From this ratio of median and fastest call on, the reader is warned."""


def outcome(factor: float) -> str:
    """Return "faster", "same" or "slower" for a factor, by the digits that readers see."""
    if round(max(factor, 1 / factor), 2) <= SAME:
        return "same"
    return "faster" if factor > 1 else "slower"


def compare_times(name: str, ms: float, than: str, than_ms: float) -> str:
    """Return a clause that compares two times, such as "x is 3.2 times as fast as y"."""
    factor = than_ms / ms
    return {
        "faster": f"{name} is {digits(factor)} times as fast as {than}",
        "same": f"{name} takes about as long as {than} ({factor:.2f}×)",
        "slower": f"{name} is {digits(1 / factor)} times as *slow* as {than}",
    }[outcome(factor)]


@dataclass(frozen=True)
class Timed:
    """The fastest of several calls: its duration, and the CPU time of all threads in it."""

    ms: float
    cpu_ms: float

    @property
    def cpus(self) -> float:
        """How many CPUs the call kept busy."""
        return self.cpu_ms / self.ms


def explain_threads(one: Timed, many: Timed, threads: int) -> str:
    """Say what threads gain, and why it is not more."""
    if threads < 2:
        return (
            "fastcv may use one CPU here, so it takes one thread in both rows: they are the same "
            "loop, and what differs is noise."
        )
    gain = one.ms / many.ms
    said = compare_times(f"The call on {threads} threads", many.ms, "the call on one", one.ms)
    if one.cpus < 0.9:
        return (
            f"{said}. The machine was busy: by CPU time, the call on one thread had {one.cpus:.2f} "
            f"CPUs, and that on {threads} threads {many.cpus:.2f}. A scheduler shares CPUs by "
            "thread, so part of what threads gain here is what other programs lose."
        )
    if gain >= 0.8 * threads:
        return f"{said}. Its threads kept {many.cpus:.1f} CPUs busy."
    if many.cpus < 0.8 * threads:
        return (
            f"{said}. By CPU time, its threads had {many.cpus:.1f} CPUs between them, not "
            f"{threads}. Either other programs used the rest, or some threads had no work: one "
            "thread alone checks the boxes and makes the arrays. "
            "[docs/threads.md](docs/threads.md) has the gain on an idle machine and on a busy one."
        )
    return (
        f"{said}. Its threads kept {many.cpus:.1f} CPUs busy, but used {digits(many.cpu_ms)} ms of "
        f"CPU time for what one thread does in {digits(one.cpu_ms)}: each was slower than one "
        "thread alone. CPUs share memory and caches with each other and with other programs."
    )


def warn_of_noise(spread: float) -> str:
    """Say which factors mean little, if a typical way's median is far above its fastest call."""
    if spread < NOISY:
        return ""
    return (
        f"*These times are noisy: for most ways, half of the calls took {spread:.2f} times as long "
        "as the fastest call, or longer. Factors below that mean little.*"
    )


def explain_python_threads(factor: float, usable: int | None) -> str:
    """Say why a pool of Python threads gains what it gains over one thread."""
    if usable == 1:
        return "This process may use one CPU, so no two threads run at once."
    if outcome(factor) == "faster":
        return (
            "cv2 warps without the GIL, so warps overlap. The work between two warps holds the "
            "GIL, so there the threads take turns."
        )
    return (
        "The warps may overlap, but the work between two warps holds the GIL. There the threads "
        "take turns, and each turn costs more time than the overlap gains."
    )


def explain_counter(
    loop_ms: float, crop_ms: float, boxes: int, interval_ms: float, usable: int | None
) -> str:
    """Say why a loop over cv2 and one call take so much longer beside a counting thread."""
    loop_ms, crop_ms = max(loop_ms, 0.0), max(crop_ms, 0.0)
    text = (
        f"Beside a thread that counts, the loop takes {digits(loop_ms)} ms longer, as long as "
        f"{loop_ms / interval_ms:,.0f} waits of {interval_ms:.0f} ms for {boxes:,} boxes. The loop "
        "needs the GIL back after each call of cv2. If the counting thread has taken the GIL by "
        "then, the loop waits: a computing thread gives up the GIL only on request, after "
        f"{interval_ms:.0f} ms. fastcv releases the GIL twice for all boxes, to measure them and "
        f"to cut them, and takes {digits(crop_ms)} ms longer"
    )
    if crop_ms <= 2.5 * interval_ms:
        return f"{text}: two waits at most."
    reason = (
        "both threads share the one CPU"
        if usable == 1
        else "the threads also shared CPUs, with each other or with other programs"
    )
    return f"{text}. That is more than two waits: {reason}."


def explain_workers(seconds: Mapping[str, float]) -> str:
    """Say which thread count wins for four workers on at most four CPUs, and why."""
    one, eight = seconds["1 thread each"], seconds["8 threads each"]
    spinning = seconds["8 spinning threads each"]
    best, worst = min(seconds, key=seconds.__getitem__), max(seconds, key=seconds.__getitem__)
    if outcome(seconds[worst] / seconds[best]) == "same":
        text = "All settings take about as long."
    else:
        text = compare_times(f"**{best}**", seconds[best], f"**{worst}**", seconds[worst]) + "."
    text += {
        "faster": " Four workers with one thread each already keep these CPUs busy. More threads "
        "have no CPU to run on, and only take turns.",
        "same": " Eight threads gain nothing: four workers with one thread each already keep these "
        "CPUs busy.",
        "slower": " Here more threads win, and there are two ways to win. A scheduler shares CPUs "
        "by thread, so more threads take more CPU time from other programs. And when a worker has "
        "ended, the threads of the others can use its CPU.",
    }[outcome(eight / one)]
    if outcome(spinning / eight) == "faster":
        text += " Threads that spin while they wait cost more: they take turns at doing nothing."
    return f"{text} In a `multiprocessing` worker, fastcv's default is one thread."


def explain_few_boxes(counts: tuple[int, int], saved_us: tuple[float, float]) -> str:
    """Say what one call saves with the fewest boxes and with all of them."""
    few, all_of_them = (
        f"With {count:,} box{'es' if count > 1 else ''} fastcv "
        f"{'saves' if us >= 0 else 'loses'} {digits(abs(us))} µs"
        for count, us in zip(counts, saved_us, strict=True)
    )
    advice = " With a handful of boxes, keep a loop that you have." if saved_us[0] < 1000 else ""
    return f"{few}. {all_of_them} a page.{advice}"


def explain_small_images(first: tuple[str, float], last: tuple[str, float]) -> str:
    """Say how the ratio of times goes with an image's size."""
    text = (
        f"At {first[0]} px fastcv is {first[1]:.1f} times as fast as NumPy, at {last[0]} px "
        f"{last[1]:.1f} times."
    )
    if outcome(first[1]) == outcome(last[1]) == "faster":
        text += " Small images save the cost of NumPy's calls, large ones save work."
    return f"{text} An image that takes less than 0.1 ms matters only if there are thousands."


def explain_batches(ms: Mapping[str, float], mb: float, batch_mb: float, padding: float) -> str:
    """Say what memory and padding cost when words become batches."""
    fresh, kept, single, narrow, whole = ms
    reasons = {
        (kept, fresh): {"faster": f"the system need not give and clear {mb:.0f} MB"},
        (single, kept): {
            "faster": "a batch is written into the memory of an earlier one, still in cache",
            "same": f"it saves memory, not time: {batch_mb:.1f} MB at once, not {mb:.0f}",
            "slower": f"it saves memory, not time: {batch_mb:.1f} MB at once, not {mb:.0f}",
        },
        (narrow, single): {
            "faster": f"{100 * padding:.0f} % of the bytes were padding",
            "same": f"{100 * padding:.0f} % of the bytes were padding, but that is cheap to write",
            "slower": "the number of bytes is not what takes the time",
        },
        (whole, single): {
            "faster": "a quarter of the bytes, and nothing to normalise",
            "same": "the number of bytes is not what takes the time",
            "slower": "the number of bytes is not what takes the time",
        },
    }
    sentences = []
    for (name, than), by_outcome in reasons.items():
        said = compare_times(f"**{name}**", ms[name], f"**{than}**", ms[than])
        reason = by_outcome.get(outcome(ms[than] / ms[name]))
        sentences.append(f"{said}: {reason}." if reason else f"{said}.")
    return " ".join(sentences)
