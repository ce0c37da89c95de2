"""The pages in `docs/`: those that are made are current, what they show runs, and their links lead somewhere."""

from __future__ import annotations

import importlib
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.stages import STAGES
from kg.cli import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("*.md")), ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"]
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)")


def pages_with(pattern: re.Pattern[str]) -> list[Path]:
    return [page for page in PAGES if pattern.search(page.read_text(encoding="utf-8"))]


def test_the_table_of_agreement_is_what_the_codings_give() -> None:
    page = (ROOT / "data" / "workbooks" / "README.md").read_text(encoding="utf-8")
    made = runpy.run_path(str(DOCS / "make_agreement.py"))["with_table"](page)
    assert page == made, "the table is old: run `python docs/make_agreement.py`"


def test_the_page_of_commands_is_what_the_help_texts_say() -> None:
    made = runpy.run_path(str(DOCS / "make_commands.py"))["page"]()
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == made, "the page is old: run `make docs`"


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_and_an_example(command: str) -> None:
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    sections = [part for part in page.split("\n## ") if part.startswith(("kg " + command + "\n", f"kg {command} "))]
    leaves = [part for part in sections if "\nCommands:\n" not in part] or sections
    assert leaves
    assert all(f"Example:\n    kg {command}" in part for part in leaves)


# One process a page: a later example may use what an earlier one made.
@pytest.mark.parametrize("page", pages_with(PYTHON), ids=lambda page: page.stem)
def test_the_python_of_a_page_runs(page: Path, env: dict[str, str], store: Path, tmp_path: Path) -> None:
    code = "\n".join(PYTHON.findall(page.read_text(encoding="utf-8")))
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", pages_with(LINK), ids=lambda page: page.stem)
def test_links_lead_to_files_of_the_project(page: Path) -> None:
    places = LINK.findall(page.read_text(encoding="utf-8"))
    assert [place for place in places if not (page.parent / place).is_file()] == []


def test_the_table_of_ties_has_the_columns_that_the_ties_have(store: Path, env: dict[str, str]) -> None:
    code = "import kg; print(*kg.ties().columns)"
    told = re.findall(r"^\| (`.*?`) \|", (DOCS / "ties.md").read_text(encoding="utf-8"), re.MULTILINE)
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert [name for cell in told for name in re.findall(r"`(\w+)`", cell)] == done.stdout.split()


@pytest.mark.parametrize("stage", STAGES)
def test_the_benchmarks_time_functions_that_are_there(stage: str) -> None:
    module, name = STAGES[stage]
    assert callable(getattr(importlib.import_module(module), name))
