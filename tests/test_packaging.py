"""What is installed is what lies here: the wheel's files, its metadata, the locks, and a life without a checkout."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from kg.shipped import ontology_dir, triples_dir
from kg.version import __version__

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-test.lock")
# What a wheel is built from. Only this is copied: the builder reuses whatever it finds in build/.
INGREDIENTS = ("kg", "ontology", "data/triples", "setup.cfg", "pyproject.toml", "README.md", "LICENSE", "NOTICE")
TRAVELLERS = {"ontology": "kg/_shipped/ontology", "data/triples": "kg/_shipped/triples", "kg": "kg"}


@pytest.fixture(scope="module")
def config() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a wheel built from a copy of the project, without fetching anything."""
    copy = tmp_path_factory.mktemp("project")
    for name in filter(lambda name: (ROOT / name).exists(), INGREDIENTS):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy / name)
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", copy / "dist", copy)
    (built,) = (copy / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which that wheel is installed; the copy that it was built from is gone."""
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--no-deps", "--no-index", "--target", folder, wheel)
    return folder


def pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "-qq", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def python(code: str, *, path: Path, folder: Path) -> str:
    """Run code in a folder of its own, with the packages of a path before all others; give what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(path), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout


def lines(value: str) -> list[str]:
    return [line.strip() for line in value.splitlines() if line.strip()]


def name_of(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def locked(name: str) -> dict[str, str]:
    """The version that a lock gives each package."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))


def files(folder: Path) -> set[str]:
    """The files below a folder that travel: all but Python's own leavings and hidden ones."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in paths if not any(part.startswith((".", "__pycache__")) for part in path.parts)}


def test_the_wheel_carries_package_ontology_and_triples_whole(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {f"{place}/{name}" for folder, place in TRAVELLERS.items() for name in files(ROOT / folder)}
    assert any(name.startswith("kg/_shipped/triples/") and name.endswith(".nq") for name in expected)
    assert sorted(carried) == sorted(expected)


def test_what_is_carried_is_byte_for_byte_what_lies_here(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for folder, place in TRAVELLERS.items():
            for name in files(ROOT / folder):
                assert archive.read(f"{place}/{name}") == (ROOT / folder / name).read_bytes(), name


def test_the_wheel_says_what_it_is(wheel: Path, config: configparser.ConfigParser) -> None:
    about = f"partnership_kg-{__version__}.dist-info"
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(f"{about}/METADATA").decode()
        scripts = archive.read(f"{about}/entry_points.txt").decode()
        licences = {Path(name).name for name in archive.namelist() if name.startswith(f"{about}/licenses/")}
    required = {name_of(found) for found in re.findall(r"^Requires-Dist: ([^;\n]+)$", metadata, re.MULTILINE)}
    assert f"\nVersion: {__version__}\n" in metadata
    assert "\nRequires-Python: >=3.11\n" in metadata
    assert "\nLicense-Expression: Apache-2.0\n" in metadata
    assert required == {name_of(line) for line in lines(config["options"]["install_requires"])}
    assert "kg = kg.cli:main" in scripts
    assert licences == {"LICENSE", "NOTICE"}


def test_each_room_of_the_package_is_named_in_setup_cfg(config: configparser.ConfigParser) -> None:
    rooms = {path.parent.relative_to(ROOT).as_posix().replace("/", ".") for path in ROOT.glob("kg/**/__init__.py")}
    named = {name for name in lines(config["options"]["packages"]) if not name.startswith("kg._shipped.")}
    assert named == rooms


def test_an_installed_package_finds_its_own_copies_and_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    code = (
        "import json, sys; import kg.shipped as s; "
        "print(json.dumps([s.__file__, str(s.ontology_dir()), str(s.triples_dir())]))"
    )
    found = [Path(name) for name in json.loads(python(code, path=installed, folder=tmp_path))]
    assert all(path.exists() and path.is_relative_to(installed.resolve()) for path in found)
    assert not any(path.is_relative_to(ROOT) for path in found)
    assert files(found[1]) == files(ROOT / "ontology")
    assert files(found[2]) == files(ROOT / "data" / "triples")


def test_a_checkout_uses_its_own_folders() -> None:
    assert ontology_dir() == ROOT / "ontology"
    assert triples_dir() == ROOT / "data" / "triples"


def test_finding_the_folders_imports_nothing_else_of_the_package(installed: Path, tmp_path: Path) -> None:
    code = "import pathlib, sys; before = set(sys.modules); import kg.shipped; print(*set(sys.modules) - before)"
    brought = python(code, path=installed, folder=tmp_path).split()
    assert {name.split(".")[0] for name in brought} <= {"kg", *sys.stdlib_module_names}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_digests_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(locked(lock)) > 20
    assert [entry.split("\n")[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"://|^-", text, re.MULTILINE)


def test_the_locks_hold_all_that_is_required_and_agree(config: configparser.ConfigParser) -> None:
    extras = config["options.extras_require"]
    core, tests = (locked(lock) for lock in LOCKS)
    assert {name_of(line) for line in lines(config["options"]["install_requires"] + extras["build"])} <= set(core)
    assert {name_of(line) for line in lines(extras["test"])} <= set(tests)
    assert core.items() <= tests.items()


def test_the_citation_names_the_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {__version__}\n" in citation
