"""What a fork waits for."""

from __future__ import annotations

import threading

LOCK = threading.RLock()  # a signal's handler may fork, or call fastcv, in the same thread
"""Held by the fork handlers, while a decoder runs, and while fastcv imports another library."""
