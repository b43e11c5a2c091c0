"""Executes a notebook top to bottom, prints what it prints, and ends with 1 at the first error.

python notebooks/run.py notebooks/quickstart.ipynb [executed.ipynb]
The second file, if named, receives the notebook with its outputs; the first is left as it is.
"""

import pathlib
import sys

import nbclient
import nbformat

CELL_TIMEOUT_SECONDS = 120


def outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def main(source, target=None):
    notebook = nbformat.read(source, as_version=4)
    client = nbclient.NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(source.parent)}},
    )
    failure = None
    try:
        client.execute()
    except (nbclient.exceptions.CellExecutionError, nbclient.exceptions.CellTimeoutError) as error:
        failure = error
    for output in outputs(notebook):
        if output.output_type == "stream":
            print(output.text, end="")
    if target is not None:
        nbformat.write(notebook, target)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    executed = sum(cell.execution_count is not None for cell in code)
    images = sum("image/png" in output.get("data", {}) for output in outputs(notebook))
    print(f"{source.name}: {executed} of {len(code)} code cells executed, plots: {images}")
    if failure is not None:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    sys.exit(main(*map(pathlib.Path, sys.argv[1:])))
