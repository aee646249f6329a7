"""The notebook runs from top to bottom, and shows its results."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[2] / "examples" / "first_model.ipynb"


@pytest.mark.slow
def test_the_notebook_runs_and_results_show_themselves(tmp_path):
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for cell in notebook.cells:  # as much of it as shows that it works, in less time
        if cell.cell_type == "code":
            cell.source = cell.source.replace('"epochs": 3', '"epochs": 1')
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": tmp_path}}).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    shown = [
        output.data for cell in code for output in cell.outputs if output.output_type != "stream"
    ]
    tables = [each["text/html"] for each in shown if "text/html" in each]
    assert len(tables) == 6  # check, two models, compare, predict, explain
    assert all("<table>" in each for each in tables)
    assert any("image/png" in each for each in shown)


def test_the_notebook_is_kept_without_what_one_run_of_it_showed():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
