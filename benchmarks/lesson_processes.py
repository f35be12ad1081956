"""Processes for the lesson on containers: on some CPUs, under a quota, several at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any

from harness import ROOT, Progress

CGROUPS = Path("/sys/fs/cgroup")


def in_a_process(code: str, cpus: set[int] | None = None, **environment: str) -> str:
    """Run Python code in a new process on some CPUs with some settings; return its output."""
    command = [sys.executable, "-c", _pinned(code, cpus)]
    settings = _settings(environment)
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def under_a_quota(code: str, cpus: int) -> str | None:
    """Run Python code in a cgroup with a quota of CPUs; return None if no cgroup can be made."""
    name, period_us = f"fastcv-lesson-{os.getpid()}", 100_000
    for parent, file, quota in (
        (CGROUPS / "cpu", "cpu.cfs_quota_us", f"{cpus * period_us}"),  # v1
        (CGROUPS, "cpu.max", f"{cpus * period_us} {period_us}"),  # v2
    ):
        group = parent / name
        if not (parent / "cgroup.procs").exists():
            continue
        try:
            group.mkdir()
            (group / file).write_text(quota)
            join = f"open({str(group / 'cgroup.procs')!r}, 'w').write('0')\n"
            return in_a_process(join + code)
        except (OSError, subprocess.CalledProcessError):
            continue
        finally:
            with suppress(OSError):
                group.rmdir()
    return None


class Workers:
    """Processes that do the same work on request, and are stopped in between."""

    def __init__(self, count: int, code: str, cpus: set[int], **environment: str) -> None:
        """Start the processes; their code repeatedly reads a line, works, and answers a line."""
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        command, settings = [sys.executable, "-c", _pinned(code, cpus)], _settings(environment)
        self.processes: list[Any] = [
            subprocess.Popen(command, env=settings, bufsize=1, **pipes) for _ in range(count)
        ]

    def work(self) -> tuple[float, set[str]]:
        """Return the seconds until all processes have done their work once, and their answers."""
        for process in self.processes:
            process.send_signal(signal.SIGCONT)
        start = perf_counter()
        for process in self.processes:
            process.stdin.write("\n")
        answers = {process.stdout.readline() for process in self.processes}
        if "" in answers:
            raise RuntimeError("a worker has ended")
        seconds = perf_counter() - start
        for process in self.processes:
            process.send_signal(signal.SIGSTOP)
        return seconds, answers

    def end(self) -> None:
        """Close the processes' input and wait until they end."""
        for process in self.processes:
            process.send_signal(signal.SIGCONT)
            process.communicate()


def time_workers(
    settings: Mapping[str, dict[str, str]],
    count: int,
    code: str,
    cpus: set[int],
    rounds: int,
    progress: Progress,
) -> tuple[dict[str, float], bool]:
    """Return for each setting the seconds until all workers are done, the fastest of rounds.

    Also return whether all workers gave the same answers.
    """
    groups = {name: Workers(count, code, cpus, **some) for name, some in settings.items()}
    answers: set[str] = set()
    seconds: dict[str, list[float]] = {name: [] for name in groups}
    try:
        for number in range(rounds + 1):
            for name, group in groups.items():
                progress.tell(f"round {number} of {rounds}: {name} ...")
                took, said = group.work()
                answers |= said
                if number:  # at first the processes start and load their data
                    seconds[name].append(took)
    finally:
        for group in groups.values():
            group.end()
    return {name: min(each) for name, each in seconds.items()}, len(answers) == 1


def _pinned(code: str, cpus: set[int] | None) -> str:
    """Return code that first binds its process to the CPUs, if any are given."""
    return f"import os; os.sched_setaffinity(0, {sorted(cpus)})\n{code}" if cpus else code


def _settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with other thread settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "FASTCV_NUM"))}
    path = os.pathsep.join([str(ROOT / "benchmarks"), os.environ.get("PYTHONPATH", "")])
    return {**kept, **environment, "PYTHONPATH": path}
