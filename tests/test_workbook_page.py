"""The example of `docs/workbook.md` is written down and run as it stands, in an empty folder."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from kg.shipped import triples_dir
from tests.test_readme import pattern, plain

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "workbook.md").read_text(encoding="utf-8")
SAVED = re.compile(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DECISION = re.compile(r"^```tsv\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(line: str, folder: Path, env: dict[str, str]) -> str:
    """What a command of the page prints; `cp` copies the shipped triples wherever they lie."""
    name, *arguments = shlex.split(line)
    if name == "cp":
        shutil.copytree(triples_dir(), folder / arguments[-1])
        return ""
    assert name == "kg"
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "encoding": "utf-8"}
    command = [sys.executable, "-m", "kg", *arguments]
    done = subprocess.run(command, cwd=folder, env={**env, "PYTHONUTF8": "1"}, check=False, **options)
    assert done.returncode == 0, done.stdout
    return str(done.stdout)


def test_the_example_of_the_page_does_what_it_shows(tmp_path: Path, env: dict[str, str]) -> None:
    saved = SAVED.findall(PAGE)
    assert len(saved) == 8
    for name, content in saved:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8", newline="\n")
    (decision,) = DECISION.findall(PAGE)
    blocks = CONSOLE.findall(PAGE)
    for number, block in enumerate(blocks, start=1):
        if number == len(blocks):
            with (tmp_path / "my-triples" / "identity.tsv").open("a", encoding="utf-8", newline="\n") as ledger:
                ledger.write(decision)
        for part in block.split("$ ")[1:]:
            line, *expected = part.splitlines()
            output = "".join(f"{plain(row)}\n" for row in run(line, tmp_path, env).splitlines())
            assert pattern(expected).match(output), f"$ {line}\nexpected:\n{expected}\n\ngot:\n{output}"
