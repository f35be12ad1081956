"""Prove every promise of docs/reliability.md again, each by a script of tests/reliability/.

    python benchmarks/reliability.py           short proofs: a few minutes
    python benchmarks/reliability.py --long    at the length of the figures in docs/: three hours

A proof that this machine cannot run is reported as skipped. The exit status is 1 if a promise is
broken.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from harness import ROOT, describe_machine, fastcv, say

PROOFS = [
    "forks",
    "refused_threads",
    "cpu_limits",
    "oversubscription",
    "waiting",
    "memory_safety",
    "races",
    "allocations",
    "leaks",
    "bad_input",
    "changes",
    "interruption",
    "big",
    "soak",
    "files",
]
SKIPPED = 77
TABLE = ROOT / "docs/reliability.md"


def script_of(name: str) -> str:
    """Return the script's path from the project's folder."""
    return f"tests/reliability/{name}.py"


def prove(name: str, is_long: bool) -> dict[str, Any]:
    """Run a proof in a new process; return its row of the table."""
    command = [sys.executable, script_of(name), "--json", *(["--long"] if is_long else [])]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode == 0:
        return {"name": name, "state": "kept", **json.loads(done.stdout.splitlines()[-1])}
    state = "skipped" if done.returncode == SKIPPED else "BROKEN"
    return {"name": name, "state": state, "promise": name, "figure": state, "seconds": 0.0}


def update(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write the figures of the kept promises into the document's table."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for row in rows:
        if row["state"] != "kept":
            continue
        line = (
            f"| {row['promise']} | `{script_of(row['name'])}` | {row['goal']} | {row['figure']} |"
        )
        places = [i for i, old in enumerate(lines) if f"`{script_of(row['name'])}`" in old]
        if len(places) != 1:
            sys.exit(f"{path} must have one line for {row['name']}, but has {len(places)}")
        lines[places[0]] = line
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Run the proofs and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--long", action="store_true", help="run at the length the goals ask for")
    parser.add_argument("--only", nargs="+", choices=PROOFS, metavar="NAME", help=", ".join(PROOFS))
    parser.add_argument("--update", action="store_true", help="write the figures into docs/")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the rows to FILE")
    options = parser.parse_args()

    rows = []
    for name in options.only or PROOFS:
        row = prove(name, options.long)
        rows.append(row)
        say(f"{row['state']:8} {row['promise']}: {row['figure']} ({row['seconds']:.0f} s)")
    if options.update:
        update(TABLE, rows)
    if options.json:
        machine = describe_machine(fastcv.get_num_threads())
        options.json.write_text(json.dumps({"machine": machine, "rows": rows}, indent=2) + "\n")
    broken = [row["name"] for row in rows if row["state"] == "BROKEN"]
    if broken:
        sys.exit(f"broken: {', '.join(broken)}")


if __name__ == "__main__":
    main()
