"""Hooks of pytest: a run fails if it leaves a new file in the checkout.

Files that git ignores (builds, caches) may appear.
"""

import subprocess
from pathlib import Path

import pytest

UNTRACKED = ("git", "ls-files", "--others", "--exclude-standard", "-z")
before = pytest.StashKey()
left = pytest.StashKey()


def untracked_files(config):
    """Untracked files below the project's folder; None where git does not know it."""
    folder = Path(config.rootpath)
    if not (folder / ".git").exists():  # as in a source distribution
        return None
    try:
        done = subprocess.run(UNTRACKED, cwd=folder, capture_output=True, text=True)
    except OSError:
        return None
    return set(filter(None, done.stdout.split("\0"))) if done.returncode == 0 else None


def is_worker(config):
    """Whether this is one of pytest-xdist's processes, whose files the main process sees too."""
    return hasattr(config, "workerinput")


def pytest_sessionstart(session):
    if not is_worker(session.config):
        session.config.stash[before] = untracked_files(session.config)


def pytest_sessionfinish(session):
    known = session.config.stash.get(before, None)
    found = untracked_files(session.config) if known is not None else None
    new = session.config.stash[left] = sorted(found - known) if found is not None else []
    if new:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    if new := terminalreporter.config.stash.get(left, None):
        terminalreporter.section("files left in the checkout", red=True)
        terminalreporter.write_line("The tests failed: they, or someone meanwhile, wrote")
        for name in new:
            terminalreporter.write_line(f"    {name}")
