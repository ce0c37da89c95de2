"""Every example of the README is run as it stands, in order, in an empty folder."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SAVED = re.compile(r"Save this as `([\w.-]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")

Example = tuple[str, list[str]]


def fences(language: str) -> list[str]:
    return [body for name, body in FENCE.findall(README) if name == language]


def examples() -> list[Example]:
    """Each command of the README, with the lines that it says come out."""
    found: list[Example] = []
    for line in "".join(fences("console")).splitlines():
        if line.startswith("$ "):
            found.append((line.removeprefix("$ "), []))
        else:
            found[-1][1].append(line)
    return found


def pattern(lines: list[str]) -> re.Pattern[str]:
    """What an output must match: `...` alone stands for any lines, within a line for any text.

    How many spaces part two columns does not count, since it depends on the widest cell.
    """
    parts = [
        r"(?:.*\n)*?" if line == "..." else r"[^\n]*?".join(map(re.escape, plain(line).split("..."))) + r"\n"
        for line in lines
    ]
    return re.compile("".join(parts))


def plain(text: str) -> str:
    return re.sub(r" *\.\.\. *", "...", re.sub(r"[ \t]+", " ", text)).strip()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder with the files that the README asks its reader to save."""
    folder = tmp_path_factory.mktemp("readme")
    for name, content in SAVED.findall(README):
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def run(command: list[str], folder: Path, env: dict[str, str]) -> str:
    """What a command prints, on stdout and stderr as they come; it must succeed."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "encoding": "utf-8"}
    done = subprocess.run(command, cwd=folder, env={**env, "PYTHONUTF8": "1"}, check=False, **options)
    assert done.returncode == 0, f"{command}: exit code {done.returncode}\n{done.stdout}"
    return str(done.stdout)


# One test for all: later examples read what earlier ones wrote.
def test_every_command_does_what_the_readme_shows(folder: Path, env: dict[str, str], store: Path) -> None:
    shown = examples()
    assert {"partners", "show", "query", "ask", "centrality", "map", "load"} <= {line.split()[1] for line, _ in shown}
    for line, expected in shown:
        name, *arguments = shlex.split(line)
        assert name == "kg"
        printed = run([sys.executable, "-m", "kg", *arguments], folder, env)
        output = "".join(f"{plain(row)}\n" for row in printed.splitlines())
        assert pattern(expected).match(output), f"$ {line}\nexpected:\n{chr(10).join(expected)}\n\ngot:\n{output}"


@pytest.mark.parametrize("code", fences("python"))
def test_the_python_of_the_readme_runs(code: str, folder: Path, env: dict[str, str], store: Path) -> None:
    assert run([sys.executable, "-c", code], folder, env) == ""


def test_the_two_commands_that_come_first_are_targets() -> None:
    first = fences("sh")[0].splitlines()
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [line.split()[:2] for line in first] == [["make", "demo"], ["make", "test"]]
    assert all(re.search(rf"^{line.split()[1]}:", makefile, re.MULTILINE) for line in first)


@pytest.mark.parametrize("place", sorted(set(LINK.findall(README))))
def test_a_link_leads_to_a_file_of_the_project(place: str) -> None:
    assert (ROOT / place).is_file()
