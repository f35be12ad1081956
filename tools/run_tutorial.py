"""Make tutorial.ipynb from the scripts in docs/tutorial/, and run it.

Usage::

    python tools/run_tutorial.py               run it; out/tutorial.ipynb and out/tutorial.html
    python tools/run_tutorial.py --update      also renew tutorial.ipynb itself, with its results

Edit and review the scripts. The notebook is committed with its results, so that a code host, which
cannot run it, shows the pictures.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

try:
    import jupytext
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
except ImportError as error:
    sys.exit(f"The tutorial needs {error.name}: pip install '.[notebook]'")

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS, NOTEBOOK = sorted((ROOT / "docs" / "tutorial").glob("*.py")), ROOT / "tutorial.ipynb"

LINK = re.compile(r"(\]\()(?![a-z]+:|#)([^)\s]+\))")
"""The start of a Markdown link to a file of the project, in two groups."""


def make() -> nbformat.NotebookNode:
    """Return the notebook that the scripts describe, without results. Cells keep their names."""
    scripts = "\n".join(script.read_text() for script in SCRIPTS)
    notebook = jupytext.reads(scripts, fmt="py:percent")
    notebook.metadata.pop("jupytext", None)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    return notebook


class Client(NotebookClient):
    """Runs cells, and prints the lines that tell how far a long step is. No result keeps them."""

    def process_message(self, message: Any, cell: Any, cell_index: int) -> Any:
        """Take a kernel's message."""
        content = message["content"]
        if content.get("metadata", {}).get("progress"):
            if text := content["data"]["text/plain"]:
                print(f"         {text}", flush=True)
            return None
        return super().process_message(message, cell, cell_index)


def execute(notebook: nbformat.NotebookNode) -> None:
    """Run all cells from top to bottom. Print each lesson's name when it begins."""
    client = Client(
        notebook,
        timeout=600,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": ROOT}},
    )
    start = perf_counter()
    with client.setup_kernel():
        for number, cell in enumerate(notebook.cells):
            for lesson in re.findall(r"^## (.+)", cell.source, re.M):
                if cell.cell_type == "markdown":
                    print(f"{perf_counter() - start:5.0f} s  {lesson}", flush=True)
            client.execute_cell(cell, number)
    print(f"{perf_counter() - start:5.0f} s  done", flush=True)


def tidy(notebook: nbformat.NotebookNode) -> None:
    """Remove what differs by run and machine: times of cells, names of cells' files."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            if "text" in output:
                output.text = re.sub(r"\S*ipykernel_\d+/\d+\.py", "this notebook", output.text)
    notebook.metadata.get("language_info", {}).pop("version", None)


def lead_links_from(folder: Path, notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the notebook with its links to the project's files as seen from a folder."""
    notebook = nbformat.reads(nbformat.writes(notebook), 4)  # a copy
    to_root = Path(os.path.relpath(ROOT, folder)).as_posix()
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            texts = [(cell, "source")]
        else:
            texts = [(output.get("data", {}), "text/markdown") for output in cell.outputs]
        for holder, key in texts:
            if key in holder:
                holder[key] = LINK.sub(rf"\g<1>{to_root}/\g<2>", holder[key])
    return notebook


def write_html(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write it as a web page, if nbconvert is installed."""
    try:
        from nbconvert import HTMLExporter
    except ImportError:
        print("no HTML page: pip install nbconvert")
        return
    page, _ = HTMLExporter().from_notebook_node(lead_links_from(path.parent, notebook))
    path.write_text(page)
    print(f"written: {path}")


def main() -> None:
    """Make the notebook, run it and write it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "out", metavar="DIR")
    parser.add_argument("--update", action="store_true", help="renew tutorial.ipynb")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    notebook = make()
    target = arguments.out / "tutorial.ipynb"
    try:
        execute(notebook)
    except CellExecutionError as error:
        sys.exit(f"A cell failed:\n{error}")
    finally:
        tidy(notebook)
        nbformat.write(notebook, target)
        print(f"written: {target}")
    write_html(notebook, arguments.out / "tutorial.html")
    if arguments.update:
        nbformat.write(notebook, NOTEBOOK)
        print(f"written: {NOTEBOOK}")


if __name__ == "__main__":
    main()
