"""What the benchmarks' pictures share: matplotlib where it is there, one look."""

from __future__ import annotations

import sys
from typing import Any

INK, FAINT = "#1f2933", "#dfe3e8"
COLORS = {
    "Python loop": "#c9cfd6",
    "cv2 warp calls": "#7b8794",
    "opencv": "#cc79a7",
    "c": "#e69f00",
    "neon": "#56b4e9",
    "avx2": "#56b4e9",
    "avx512": "#0072b2",
}
"""Colours that stay apart for colour-blind eyes (Okabe and Ito), and greys for what is compared
with."""


def load_pyplot() -> Any:
    """Return matplotlib's pyplot, or end the run with one sentence."""
    try:
        import matplotlib
    except ImportError:
        sys.exit("A picture needs matplotlib: pip install matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    pyplot.rcParams.update(
        {
            "font.size": 9,
            "axes.titlesize": 10.5,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "axes.edgecolor": "#9aa5b1",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "axes.grid": True,
            "grid.color": FAINT,
            "grid.linewidth": 0.8,
            "text.color": INK,
            "axes.labelcolor": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "legend.frameon": False,
            "savefig.dpi": 130,
        }
    )
    return pyplot


def describe(machine: dict[str, Any]) -> str:
    """Return what a picture's figures depend on, for its foot."""
    return (
        f"{machine['CPU']}, {machine['CPUs usable']} CPUs usable; cv2 {machine['cv2']}; "
        f"fastcv {machine['fastcv']}; NumPy {machine['NumPy']}, Python {machine['Python']}; "
        "fastest of interleaved rounds in one process"
    )


def save(figure: Any, path: str) -> None:
    """Write a picture, or end the run with one sentence."""
    try:
        figure.savefig(path)
    except (OSError, ValueError) as error:
        sys.exit(f"{path} cannot be written: {error}")
