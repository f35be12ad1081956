"""Which OpenCV is installed, for ``arithmetic="auto"``."""

from __future__ import annotations

import sys
from functools import cache

from .forks import LOCK

_PACKAGES = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)


def installed_version() -> str:
    """Return cv2's version without importing it, or an empty text."""
    version = getattr(sys.modules.get("cv2"), "__version__", "")  # "": it is being imported
    return str(version) or _version_of_packages()


def _look_for_packages() -> str:
    """Look for pip's record of OpenCV, which takes half a millisecond."""
    with LOCK:
        from importlib import metadata  # here, since it takes 20 ms

        for package in _PACKAGES:
            try:
                return metadata.version(package)
            except metadata.PackageNotFoundError:
                pass
    return ""


_version_of_packages = cache(_look_for_packages)


def installed_major() -> int:
    """Return cv2's major version, or 0 if there is none."""
    major = installed_version().partition(".")[0]
    return int(major) if major.isdecimal() else 0
