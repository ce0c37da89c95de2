"""The notebooks run as a reader runs them, from the first cell to the last, and hold nothing but their source."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)

# In a process of its own, because the client leaves sockets open; and with the kernel of this very Python, whatever
# kernels are installed on the machine.
RUNNER = """
import sys

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
kernels = KernelSpecManager(kernel_dirs=[], ensure_native_kernel=True)
manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=kernels)
NotebookClient(notebook, km=manager, timeout=300, allow_errors=True).execute()
nbformat.write(notebook, sys.argv[2])
"""


def read(notebook: Path) -> nbformat.NotebookNode:
    found = nbformat.read(notebook, as_version=4)
    nbformat.validate(found)
    return found


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda notebook: notebook.stem)
def notebook(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture(scope="module")
def outputs(
    notebook: Path, env: dict[str, str], store: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[nbformat.NotebookNode]:
    """What all cells put out when they are run in order."""
    folder = tmp_path_factory.mktemp("notebook")
    command = [sys.executable, "-c", RUNNER, str(notebook), str(folder / notebook.name)]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [output for cell in code_cells(read(folder / notebook.name)) for output in cell.outputs]


def test_every_cell_runs(outputs: list[nbformat.NotebookNode]) -> None:
    errors = ["\n".join(output.traceback) for output in outputs if output.output_type == "error"]
    assert errors == []
    assert outputs


def test_nothing_is_complained_about(outputs: list[nbformat.NotebookNode]) -> None:
    said = [output.text for output in outputs if output.output_type == "stream" and output.name == "stderr"]
    assert said == []


def test_tables_are_shown_and_a_map_that_asks_for_nothing_outside(outputs: list[nbformat.NotebookNode]) -> None:
    pages = [output.data["text/html"] for output in outputs if "text/html" in output.get("data", {})]
    assert sum("<table" in page for page in pages) >= 4
    (shown,) = [page for page in pages if "<iframe" in page]
    assert "srcdoc=" in shown
    assert "International Poverty Reduction Center in China" in shown
    assert "src=&quot;http" not in shown


def test_it_imports_kg_and_defines_nothing(notebook: Path) -> None:
    code = ast.parse("\n".join(cell.source for cell in code_cells(read(notebook))))
    nodes = list(ast.walk(code))
    assert [ast.unparse(node) for node in nodes if isinstance(node, DEFINITIONS)] == []
    assert "kg" in [name.name for node in nodes if isinstance(node, ast.Import) for name in node.names]


def test_it_holds_no_outputs(notebook: Path) -> None:
    cells = code_cells(read(notebook))
    assert cells
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)
