"""What the tests share: a cache of their own, the shipped graph built once in it, and a tiny workbook."""

from __future__ import annotations

import os
import shutil
from functools import partial
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import settings

from kg.store.version import shipped_store
from tests.commands import DATA, TINY, RunKg, run_apart, run_here

# The same examples in every run, however slow the machine.
settings.register_profile("kg", deadline=None, derandomize=True)
settings.load_profile("kg")


@pytest.fixture(scope="session")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of commands: this process's own, without its stores, and with another cache."""
    kept = {name: value for name, value in os.environ.items() if name not in ("KG_STORE", "KG_DOCUMENTS")}
    return {**kept, "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache")), "PYTHONWARNINGS": "ignore"}


@pytest.fixture(scope="session")
def store(env: dict[str, str]) -> Path:
    """The store of the shipped graph, built once; commands without `--store` read the same one."""
    ran = run_here("stats", env=env)
    assert ran.code == 0, ran.err
    with mock.patch.dict(os.environ, env):
        return shipped_store()


@pytest.fixture(scope="session")
def run_kg(env: dict[str, str], store: Path) -> RunKg:
    """Run a command in this process; without `--store` it reads the shipped graph."""
    return partial(run_here, env=env)


@pytest.fixture(scope="session")
def start_kg(env: dict[str, str], store: Path) -> RunKg:
    """Run a command in a process of its own."""
    return partial(run_apart, env=env)


@pytest.fixture(scope="session")
def tiny_store(run_kg: RunKg, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the tiny workbook alone, to be read only."""
    made = tmp_path_factory.mktemp("tiny") / "store"
    assert run_kg("load", "workbook", TINY, "--store", made).code == 0
    return made


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A copy of the tiny workbook to change; its document lies beside it."""
    shutil.copy(DATA / "accra-2008.txt", tmp_path)
    return Path(shutil.copytree(TINY, tmp_path / "accra-2008"))


@pytest.fixture(scope="session")
def reference() -> Path:
    """The reference folder with the documents, or a skip that says why."""
    if not os.environ.get("KG_REFERENCE"):
        pytest.skip("KG_REFERENCE names no reference folder")
    return Path(os.environ["KG_REFERENCE"])
