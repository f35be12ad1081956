"""Make tutorial.ipynb from docs/tutorial.py, and run it.

Usage::

    python tools/run_tutorial.py               run it; out/tutorial.ipynb and out/tutorial.html
    python tools/run_tutorial.py --update      also renew tutorial.ipynb itself, with its results

Edit and review the script. The notebook is committed with its results, so that a code host, which
cannot run it, shows the pictures.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from time import perf_counter

try:
    import jupytext
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
except ImportError as error:
    sys.exit(f"The tutorial needs {error.name}: pip install '.[notebook]'")

ROOT = Path(__file__).resolve().parent.parent
SCRIPT, NOTEBOOK = ROOT / "docs" / "tutorial.py", ROOT / "tutorial.ipynb"


def make() -> nbformat.NotebookNode:
    """Return the notebook that the script describes, without results. Cells keep their names."""
    notebook = jupytext.read(SCRIPT)
    notebook.metadata.pop("jupytext", None)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    return notebook


def execute(notebook: nbformat.NotebookNode) -> None:
    """Run all cells from top to bottom. Print each lesson's name when it begins."""
    client = NotebookClient(
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


def write_html(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write it as a web page, if nbconvert is installed."""
    try:
        from nbconvert import HTMLExporter
    except ImportError:
        print("no HTML page: pip install nbconvert")
        return
    page, _ = HTMLExporter().from_notebook_node(notebook)
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
