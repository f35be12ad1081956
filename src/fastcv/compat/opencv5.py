"""A warning for users whose project cuts its own crops with OpenCV 5."""

from __future__ import annotations

import sys
import warnings
from importlib import metadata

_PACKAGES = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)


def installed_version() -> str:
    """Return cv2's version without importing it, or an empty text."""
    if "cv2" in sys.modules:
        return str(sys.modules["cv2"].__version__)
    for package in _PACKAGES:
        try:
            return metadata.version(package)
        except metadata.PackageNotFoundError:
            pass
    return ""


_asked: set[str] = set()


def warn_once(project: str) -> None:
    """Warn, once a project, if its own crops have OpenCV 5's pixels."""
    if project in _asked:
        return
    _asked.add(project)
    version = installed_version()
    if version.partition(".")[0] not in ("", "3", "4"):
        warnings.warn(
            f"cv2 is {version}: {project}'s own crops have OpenCV 5's pixels, fastcv's have "
            "OpenCV 4's. Recognised texts may differ wherever a crop is not an upright box with "
            "whole coordinates",
            stacklevel=3,
        )
