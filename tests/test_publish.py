"""Publishing: all or nothing, whatever kills it, and never half of a version for anybody who reads."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from kg.store.view import current_version, open_view
from kg.ties import read_ties
from tests.commands import ACCRA, ROOT, TINY, RunKg, assert_refused, copy_store, set_cell, snapshot

POSIX = pytest.mark.skipif(os.name != "posix", reason="kill -9 and limits of a process are POSIX")
TITLE = f"SELECT ?t {{ <{ACCRA}hlf4> skos:prefLabel ?t }}"


@pytest.fixture
def mine(tiny_store: Path, tmp_path: Path) -> Path:
    return copy_store(tiny_store, tmp_path / "store")


@pytest.fixture
def changed(book: Path) -> Path:
    """The tiny workbook with another title of its second event."""
    set_cell(book, "events", 1, "title", "Busan Forum")
    return book


def title(store: Path) -> str:
    ((found,),) = open_view(store).query(TITLE).table()
    return found or ""


def versions(store: Path) -> set[str]:
    return {folder.name for folder in (store / "versions").iterdir()}


def assert_whole(store: Path) -> None:
    """A version is whole: every source has as many statements as it says, and all its parts are of one version."""
    view = open_view(store)
    counts = view.rows(
        "SELECT ?g (COUNT(*) AS ?n) (SAMPLE(?said) AS ?m) { GRAPH ?g { ?s ?p ?o } GRAPH ?g { ?g void:triples ?said } }"
        " GROUP BY ?g"
    )
    assert all(met == said for _, met, said in counts)
    assert view.description["version"] == view.version == view.path.name
    assert read_ties(view).num_rows == view.description["ties"]
    assert list(view.rows("SELECT ?v { graph:provenance schema:version ?v }")) == [(view.version,)]
    assert {file.name for file in view.path.iterdir()} == {
        "FORMAT", "sources", "oxigraph", "names.sqlite", "ties.parquet", "version.json",
    }  # fmt: skip


def test_the_same_inputs_give_the_same_version(tmp_path: Path, mine: Path, run_kg: RunKg) -> None:
    other = tmp_path / "other"
    assert run_kg("load", "workbook", TINY, "--store", other).code == 0
    one, two = current_version(mine), current_version(other)
    assert one is not None
    assert two is not None
    assert one.name == two.name
    assert (one / "ties.parquet").read_bytes() == (two / "ties.parquet").read_bytes()
    assert run_kg("export", "--store", mine, "--format", "nq", "--out", "-").out == (
        run_kg("export", "--store", other, "--format", "nq", "--out", "-").out
    )


def test_loading_the_same_again_changes_nothing(mine: Path, run_kg: RunKg) -> None:
    before = snapshot(mine)
    ran = run_kg("load", "workbook", TINY, "--store", mine)
    assert ran.code == 0
    assert "nothing changed" in ran.err
    assert snapshot(mine) == before


def test_a_changed_workbook_takes_the_place_of_what_was_there(mine: Path, changed: Path, run_kg: RunKg) -> None:
    old = current_version(mine)
    ran = run_kg("load", "workbook", changed, "--store", mine)
    assert ran.code == 0
    assert "nothing changed" not in ran.err
    assert title(mine) == "Busan Forum"
    assert current_version(mine) != old
    assert len(run_kg("sources", "--store", mine, "--format", "json").json) == 1
    assert_whole(mine)


def test_sources_come_and_go_and_leave_no_trace(mine: Path, tmp_path: Path, run_kg: RunKg) -> None:
    rdf = tmp_path / "friends.ttl"
    rdf.write_text("<https://example.org/a> <http://www.w3.org/2004/02/skos/core#prefLabel> 'A' .", encoding="utf-8")
    before = current_version(mine)
    assert run_kg("load", "rdf", rdf, "--store", mine).code == 0
    listed = run_kg("sources", "list", "--store", mine, "--format", "json").json
    assert [source["id"] for source in listed] == ["accra-2008", "friends"]
    assert run_kg("sources", "remove", "friends", "--store", mine).code == 0
    assert current_version(mine) == before
    for name in ("friends", "identity", "../sources/accra-2008", "Accra", ""):
        assert_refused(run_kg("sources", "remove", name, "--store", mine), "expected one of accra-2008")
    assert current_version(mine) == before


def test_the_last_source_may_go(mine: Path, run_kg: RunKg) -> None:
    assert run_kg("sources", "remove", "accra-2008", "--store", mine).code == 0
    assert run_kg("sources", "--store", mine, "--format", "json").json == []
    assert run_kg("stats", "--store", mine, "--format", "json").json["sources"] == {}


def test_two_versions_are_kept_and_the_older_is_still_read(mine: Path, book: Path, run_kg: RunKg) -> None:
    view = open_view(mine)
    for number in range(3):
        set_cell(book, "events", 1, "title", f"Forum {number}")
        assert run_kg("load", "workbook", book, "--store", mine).code == 0
        if number == 0:
            ((found,),) = view.query(TITLE).table()
            assert found == "Fourth High Level Forum"
            assert read_ties(view).num_rows == view.description["ties"]
        current = current_version(mine)
        assert current is not None
        assert current.name in versions(mine)
        assert len(versions(mine)) == 2


def test_the_provenance_says_file_digest_and_software_and_no_time(mine: Path) -> None:
    view = open_view(mine)
    ((file, digest, software),) = view.rows(
        "SELECT ?file ?sha ?v { GRAPH graph:provenance { source:accra-2008 prov:wasGeneratedBy ?load ."
        " ?load a prov:Activity ; :file ?file ; :sha256 ?sha ; prov:wasAssociatedWith/schema:softwareVersion ?v } }"
    )
    from kg import __version__

    assert (file, software) == ("accra-2008.nq", __version__)
    assert len(digest) == 64
    assert not list(view.rows("SELECT ?o { GRAPH graph:provenance { ?s ?p ?o } FILTER (DATATYPE(?o) = xsd:dateTime) }"))


KILLER = """
import importlib, os, signal, sys
module, name, when, target, *command = sys.argv[1:]
owner = importlib.import_module(module)
real = getattr(owner, name)
def dying(*given, **options):
    if target and target not in str(given[-1]):
        return real(*given, **options)
    if when == "after":
        real(*given, **options)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(owner, name, dying)
from kg.cli import main
main(command)
"""

STEPS = [
    ("os", "replace", "before", "accra-2008.nq", "old"),
    ("kg.store.fill", "create_engine", "after", "", "old"),
    ("kg.store.fill", "run_rule", "after", "", "old"),
    ("kg.assembly", "write_names", "before", "", "old"),
    ("kg.assembly", "write_ties", "before", "", "old"),
    ("kg.store.fill", "finish", "after", "", "old"),
    ("os", "rename", "before", "versions", "old"),
    ("os", "rename", "after", "versions", "old"),
    ("os", "replace", "before", "CURRENT", "old"),
    ("os", "replace", "after", "CURRENT", "new"),
]


@POSIX
@pytest.mark.parametrize(("module", "name", "when", "target", "left"), STEPS)
def test_a_kill_leaves_the_old_version_or_the_new_one(
    mine: Path, changed: Path, run_kg: RunKg, start_kg: RunKg,
    module: str, name: str, when: str, target: str, left: str,
) -> None:  # fmt: skip
    killed = start_kg(module, name, when, target, "load", "workbook", changed, "--store", mine, code=KILLER)
    assert killed.code == -9, killed
    assert_whole(mine)
    assert title(mine) == ("Busan Forum" if left == "new" else "Fourth High Level Forum")
    assert run_kg("partners", "OECD", "--store", mine).code == 0
    set_cell(changed, "events", 1, "edition", "5")
    assert run_kg("load", "workbook", changed, "--store", mine).code == 0
    assert title(mine) == "Busan Forum"
    assert_whole(mine)
    assert len(versions(mine)) <= 2
    assert not [file.name for file in mine.rglob("*") if "unfinished" in file.name or file.name.endswith(".part")]


@POSIX
def test_a_kill_of_the_first_publish_leaves_no_store_and_a_later_one_makes_it(
    tmp_path: Path, run_kg: RunKg, start_kg: RunKg
) -> None:
    store = tmp_path / "store"
    load = ("load", "workbook", TINY, "--store", store)
    assert start_kg("kg.assembly", "write_ties", "before", "", *load, code=KILLER).code == -9
    assert_refused(run_kg("stats", "--store", store), "expected a store")
    assert run_kg(*load).code == 0
    assert_whole(store)


READER = """
import sys
from pathlib import Path
from kg.store.view import open_view
from kg.ties import read_ties
store, stop, title = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
known = {}
print("ready", flush=True)
while not stop.exists():
    view = open_view(store)
    rows = list(view.rows("SELECT ?said (COUNT(*) AS ?n) { GRAPH source:accra-2008 { ?s ?p ?o }"
        " GRAPH source:accra-2008 { source:accra-2008 void:triples ?said } } GROUP BY ?said"))
    ((said, met),) = rows
    assert said == met, rows
    seen = (met, tuple(view.rows(title)), len(view.engine))
    assert known.setdefault(view.version, seen) == seen, (known, seen)
print(len(known))
"""


def test_readers_beside_publishes_see_one_whole_version_or_another(
    mine: Path, book: Path, tmp_path: Path, run_kg: RunKg, env: dict[str, str]
) -> None:
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", READER, str(mine), str(stop), TITLE]
    given = {**env, "PYTHONPATH": str(ROOT)}
    readers = [subprocess.Popen(command, stdout=-1, stderr=-1, env=given, text=True) for _ in range(3)]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
    for number in range(4):
        set_cell(book, "events", 1, "title", f"Forum {number % 3}")
        assert run_kg("load", "workbook", book, "--store", mine).code == 0
    stop.touch()
    for reader in readers:
        out, err = reader.communicate(timeout=60)
        assert reader.returncode == 0, err
        assert int(out) >= 1


def test_a_second_writer_waits_and_nothing_is_lost(mine: Path, tmp_path: Path, env: dict[str, str]) -> None:
    writers = []
    for name in ("one", "two", "three"):
        (tmp_path / f"{name}.nt").write_text(f'<https://example.org/{name}> <a:p> "x" .', encoding="utf-8")
        command = [sys.executable, "-m", "kg", "load", "rdf", str(tmp_path / f"{name}.nt"), "--store", str(mine)]
        writers.append(subprocess.Popen(command, stderr=-1, env={**env, "PYTHONPATH": str(ROOT)}, text=True))
    for writer in writers:
        _, err = writer.communicate(timeout=120)
        assert writer.returncode == 0, err
    assert [iri.rpartition("/")[2] for (iri,) in open_view(mine).rows(
        "SELECT ?s { ?s <a:p> 'x' } ORDER BY ?s"
    )] == ["one", "three", "two"]  # fmt: skip
    assert_whole(mine)


def test_a_store_that_stays_locked_is_told(
    mine: Path, changed: Path, run_kg: RunKg, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.store.publish._LOCK_SECONDS", 0)
    before = snapshot(mine)
    with FileLock(mine / "lock"):
        assert_refused(run_kg("load", "workbook", changed, "--store", mine), str(mine), "another command is writing")
    assert snapshot(mine) == before


FULL = """
import importlib, resource, sys
module, name, *command = sys.argv[1:]
owner = importlib.import_module(module)
real = getattr(owner, name)
def filling(*given, **options):
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    return real(*given, **options)
setattr(owner, name, filling)
from kg.cli import main
main(command)
"""


@POSIX
@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("kg.pipeline", "map_records"),
        ("kg.store.fill", "create_engine"),
        ("kg.store.fill", "load_source"),
        ("kg.store.fill", "load_turtle"),
        ("kg.store.fill", "run_rule"),
        ("kg.assembly", "write_names"),
        ("kg.assembly", "write_ties"),
        ("kg.store.fill", "finish"),
        ("kg.pipeline", "switch_version"),
    ],
)
def test_a_file_that_cannot_grow_leaves_all_as_it_was(
    mine: Path, changed: Path, start_kg: RunKg, module: str, name: str
) -> None:
    before = snapshot(mine)
    ran = start_kg(module, name, "load", "workbook", changed, "--store", mine, code=FULL)
    assert_refused(ran, "error: ")
    assert snapshot(mine) == before
    assert_whole(mine)


@pytest.fixture
def small_disk(mine: Path, tmp_path: Path) -> Iterator[Path]:
    """A disk that has room for a store, and for little more than half of another."""
    pages = sum(-(-len(content) // 4096) + 1 for content in snapshot(mine).values())
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={4096 * (pages + 500)}", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small disk cannot be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_is_told_in_one_line_and_changes_nothing(small_disk: Path, mine: Path, start_kg: RunKg) -> None:
    here = copy_store(mine, small_disk / "store")
    before = snapshot(here)
    ran = start_kg("build", "--store", here)
    assert_refused(ran)
    assert "no space left on device" in ran.err.casefold()
    assert snapshot(here) == before
    assert_whole(here)


@pytest.mark.parametrize("what", ["CURRENT", "oxigraph", "versions"])
def test_a_broken_store_is_told_in_one_line(mine: Path, run_kg: RunKg, what: str) -> None:
    if what == "CURRENT":
        (mine / "CURRENT").write_text("0123456789abcdef\n", encoding="ascii")
    elif what == "oxigraph":
        current = current_version(mine)
        assert current is not None
        shutil.rmtree(current / "oxigraph")
    else:
        shutil.rmtree(mine / "versions")
    for command in (["stats"], ["partners", "OECD"], ["query", "ASK {}"], ["show", "OECD"], ["centrality"]):
        assert_refused(run_kg(*command, "--store", mine), str(mine))


@pytest.mark.parametrize("content", [b"", b"../../etc\n", b"\xff\xfe", b"x" * 100_000])
def test_a_pointer_that_was_tampered_with_is_told(mine: Path, run_kg: RunKg, content: bytes) -> None:
    (mine / "CURRENT").write_bytes(content)
    assert_refused(run_kg("stats", "--store", mine), str(mine))


@pytest.mark.parametrize("lost", ["oxigraph", "names.sqlite", "ties.parquet", "version.json", "."])
def test_a_broken_store_is_built_anew(mine: Path, run_kg: RunKg, tmp_path: Path, lost: str) -> None:
    """What the one line of a broken store says to do works, with the very same data too."""
    current = current_version(mine)
    assert current is not None
    if (current / lost).is_dir():
        shutil.rmtree(current / lost)
    else:
        (current / lost).unlink()
    folder = tmp_path / "triples"
    assert run_kg("load", "workbook", TINY, "--out", folder).code == 0
    assert run_kg("build", "--from", folder, "--store", mine).code == 0
    assert_whole(mine)


def test_a_part_of_a_version_that_is_missing_is_told(mine: Path, run_kg: RunKg) -> None:
    current = current_version(mine)
    assert current is not None
    for name, command in (
        ("names.sqlite", ["show", "OECD"]),
        ("ties.parquet", ["centrality"]),
    ):
        (current / name).unlink()
        assert_refused(run_kg(*command, "--store", mine), str(mine))


def test_a_store_in_a_place_that_is_a_file_is_refused(tmp_path: Path, run_kg: RunKg) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    assert_refused(run_kg("load", "workbook", TINY, "--store", tmp_path / "file"), "file")
    assert_refused(run_kg("stats", "--store", tmp_path / "file"), "file")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_version_json_says_what_a_version_is_made_of(mine: Path) -> None:
    current = current_version(mine)
    assert current is not None
    said = json.loads((current / "version.json").read_text(encoding="utf-8"))
    assert said["version"] == current.name
    assert set(said["sources"]) == {"accra-2008"}
    assert said["origins"] == {"accra-2008": str(TINY)}
