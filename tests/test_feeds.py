"""Loading what others publish, as a person does it: all formats, what is told, and what must not happen."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from kg.beside import Beside, Send, run_frames
from kg.cli.progress import watching
from kg.errors import InputError, KgError, UsageError
from kg.feeds import group_files
from kg.packed import open_packed
from kg.store.view import open_view
from tests.commands import DATA, ROOT, RunKg, assert_refused

FEEDS: dict[str, tuple[str, ...]] = {
    "iati": ("iati/wells-2.03.xml",),
    "fts": ("fts/kenya-2020.json", "fts/kenya-2020-page-2.json"),
    "table": ("tables/crs.txt", "--mapping", "oecd-crs"),
    "aiddata": ("tables/aiddata-china.xlsx",),
}
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")


def arguments(kind: str) -> list[str]:
    return [str(DATA / one) if "/" in one else one for one in FEEDS[kind]]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


@pytest.mark.parametrize("kind", FEEDS)
def test_each_format_is_loaded_told_and_taken_out_again(kind: str, tmp_path: Path, run_kg: RunKg) -> None:
    store = tmp_path / "store"
    ran = run_kg("load", kind, *arguments(kind), "--source", "x", "--findings", tmp_path / "f.json", "--store", store)
    assert ran.code == 0, ran.err
    assert "statements" in ran.err
    told = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    assert told["read"]["statements"] == int(
        run_kg("sources", "--store", store, "--format", "csv").rows[0]["statements"]
    )
    assert run_kg("check", "--store", store).code == 0
    again = run_kg("load", kind, *arguments(kind), "--source", "x", "--store", store)
    assert "(nothing changed)" in again.err
    assert run_kg("sources", "remove", "x", "--store", store).code == 0
    assert run_kg("sources", "--store", store, "--format", "json").json == []


def test_all_formats_live_in_one_store_and_their_totals_stay_apart(tmp_path: Path, run_kg: RunKg) -> None:
    store = tmp_path / "store"
    for kind in FEEDS:
        assert run_kg("load", kind, *arguments(kind), "--source", kind, "--store", store).code == 0
    assert set(open_view(store).sources) == set(FEEDS)
    rows = run_kg("ask", "totals", "--store", store, "--format", "csv").rows
    assert len({(row["currency"], row["flow_class"], row["stage"]) for row in rows}) == len(rows)
    assert {"USD"} < {row["currency"] for row in rows}


def test_a_second_version_takes_the_place_of_the_first_and_diff_tells_what_changed(
    tmp_path: Path, run_kg: RunKg
) -> None:
    old, new, file = tmp_path / "old", tmp_path / "new", tmp_path / "wells.xml"
    shutil.copy(DATA / "iati/wells-2.03.xml", file)
    assert run_kg("load", "iati", file, "--store", old).code == 0
    shutil.copytree(old, new)
    text = file.read_text(encoding="utf-8")
    assert text.count("<value ") > 1
    file.write_text(text.replace("Wells", "Deep wells", 1), encoding="utf-8")
    assert run_kg("load", "iati", file, "--store", new).code == 0
    assert len(open_view(new).sources) == 1
    ran = run_kg("diff", old, new, "--format", "json")
    assert ran.code == 1
    assert "Deep wells" in ran.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("table", "tables/crs.txt"), "--mapping: expected a mapping, a file or one of aiddata-china-1, oecd-crs"),
        (("iati", "iati/wells-2.03.xml", "--mapping", "oecd-crs"), "--mapping: expected none for iati"),
        (("aiddata", "tables/aiddata-china.xlsx", "--mapping", "oecd-crs"), "--mapping: expected none for aiddata"),
        (("table", "tables/crs.txt", "--mapping", "nowhere.toml"), "nowhere.toml: expected a mapping, got none"),
        (("fts", "iati/wells-2.03.xml"), "expected a whole page of JSON, got HTML or XML"),
        (("aiddata", "iati/wells-2.03.xml"), "expected the columns"),
        (("iati", "fts/kenya-2020.json"), "expected well-formed XML"),
        (("iati", "nowhere.xml"), "nowhere.xml: expected an IATI file, got none"),
        (("rdf", "accra-2008.nq", "--mapping", "oecd-crs"), "--mapping: expected none for rdf"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(
    words: tuple[str, ...], said: str, tmp_path: Path, run_kg: RunKg
) -> None:
    given = [DATA / one if "/" in one or one.endswith(".nq") else one for one in words]
    assert_refused(run_kg("load", *given, "--store", tmp_path / "store"), said)
    assert not (tmp_path / "store" / "CURRENT").exists()


NAMED = {
    "2019/activities.xml": "2019-activities",
    "2020/activities.xml.gz": "2020-activities",
    "wells.xml": "wells",
    "a/b-c.xml": "a-b-c",  # a/b/c.xml has this name when it has its folder in front, so both have another one
    "b/c.xml": "y-b-c",
    "x/b/c.xml": "x-b-c",
    "z/d.xml": "z-d",
    "d.xml": "y-d",
}


def test_files_of_one_name_are_sources_of_their_own_by_their_folders(tmp_path: Path) -> None:
    root = tmp_path / "y"
    files = {root / file: name for file, name in NAMED.items()}
    found = group_files("iati", list(files), None)
    assert {group[0]: name for name, group in found.items()} == files
    assert group_files("iati", list(reversed(files)), None) == found
    with pytest.raises(UsageError, match="expected each id once, got 'y-d' twice"):
        group_files("iati", [*files, root / "D.xml"], None)
    with pytest.raises(UsageError, match="--source names one file"):
        group_files("iati", list(files), "one")


def test_all_findings_are_written_but_those_of_a_file_that_is_not_loaded(tmp_path: Path, run_kg: RunKg) -> None:
    text = (DATA / "iati/wells-2.03.xml").read_text(encoding="utf-8")
    bad = '<transaction><transaction-type code="77"/><value>much</value></transaction>'
    (tmp_path / "a.xml").write_text(text.replace("<transaction>", bad * 1500 + "<transaction>", 1), encoding="utf-8")
    (tmp_path / "b.xml").write_text(text.replace("</iati-activities>", bad * 1500), encoding="utf-8")
    findings = tmp_path / "f.json"
    ran = run_kg("load", "iati", tmp_path, "--findings", findings, "--store", tmp_path / "store")
    assert ran.code == 0, ran.err
    told = json.loads(findings.read_text(encoding="utf-8"))
    assert {one["rule"]: one["count"] for one in told["rules"]} == Counter(one["rule"] for one in told["findings"])
    assert sum("'77'" in one["message"] for one in told["findings"]) == 1500
    assert [Path(one["place"].partition(":")[0]).name for one in told["findings"]].count("b.xml") == 1


def test_two_files_of_one_name_are_loaded_side_by_side(tmp_path: Path, run_kg: RunKg) -> None:
    for folder in ("2019", "2020"):
        (tmp_path / "in" / folder).mkdir(parents=True)
        shutil.copy(DATA / "iati/trust-org.xml", tmp_path / "in" / folder / "trust.xml")
    assert run_kg("load", "iati", tmp_path / "in", "--store", tmp_path / "store").code == 0
    assert set(open_view(tmp_path / "store").sources) == {"2019-trust", "2020-trust"}


def test_a_file_that_has_only_the_name_of_a_source_takes_its_place_only_when_asked(
    tmp_path: Path, run_kg: RunKg
) -> None:
    store, ours, others = tmp_path / "store", tmp_path / "a/activities.xml", tmp_path / "b/activities.xml"
    text = (DATA / "iati/wells-2.03.xml").read_text(encoding="utf-8")
    for file, told in ((ours, text), (others, text.replace("XX-1-WELLS", "YY-2-PUMPS"))):
        file.parent.mkdir()
        file.write_text(told, encoding="utf-8")
    assert run_kg("load", "iati", ours, "--store", store).code == 0
    before = snapshot(store)
    refused = run_kg("load", "iati", others, "--store", store)
    assert_refused(refused, "expected some of what the store has of activities, got other things only")
    assert snapshot(store) == before
    shutil.copy(ours, tmp_path / "b/wells.xml")
    among = run_kg("load", "iati", others, tmp_path / "b/wells.xml", "--store", store)
    assert among.code == 0
    assert re.search(r"unreadable-file +error +1 ", among.err)
    assert set(open_view(store).sources) == {"activities", "wells"}
    assert run_kg("load", "iati", others, "--source", "pumps", "--store", store).code == 0
    assert run_kg("load", "iati", others, "--source", "activities", "--store", store).code == 0
    assert set(open_view(store).sources) == {"activities", "pumps", "wells"}
    assert run_kg("load", "iati", others, "--store", store).code == 0


@pytest.mark.parametrize("kind", ["fts", "aiddata"])
def test_what_shares_one_record_is_a_newer_version(kind: str, tmp_path: Path, run_kg: RunKg) -> None:
    store, folder = tmp_path / "store", tmp_path / "files"
    folder.mkdir()
    source = DATA / FEEDS[kind][0]
    file = folder / source.name
    shutil.copy(source, file)
    assert run_kg("load", kind, file, "--store", store).code == 0
    (folder / "b").mkdir()
    shutil.move(file, folder / "b")
    assert "nothing changed" in run_kg("load", kind, folder / "b" / source.name, "--store", store).err


@pytest.mark.parametrize("first", ["workbook", "rdf", "iati"])
@pytest.mark.parametrize("second", ["rdf", "iati"])
def test_a_file_of_another_format_takes_no_place_by_its_name(
    first: str, second: str, tmp_path: Path, run_kg: RunKg
) -> None:
    """What the store has is a coded document, RDF of no records, or records of IATI."""
    store, files = tmp_path / "store", {}
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    for folder in ("first", "second"):
        files[folder, "iati"] = tmp_path / folder / "accra-2008.xml"
        text = (DATA / "iati/wells-2.03.xml").read_text(encoding="utf-8")
        files[folder, "iati"].write_text(text.replace("XX-1-WELLS", f"{folder}-WELLS"), encoding="utf-8")
        files[folder, "rdf"] = tmp_path / folder / "accra-2008.ttl"
        files[folder, "rdf"].write_text(f"<urn:{folder}> <urn:p> 'x' .", encoding="utf-8")
    files["first", "workbook"] = DATA / "accra-2008"
    assert run_kg("load", first, files["first", first], "--store", store).code == 0
    before = snapshot(store)
    assert_refused(run_kg("load", second, files["second", second], "--store", store), "--source accra-2008 puts this")
    assert snapshot(store) == before
    if first in ("rdf", "iati"):
        assert "nothing changed" in run_kg("load", first, files["first", first], "--store", store).err


def test_of_several_files_one_whose_id_cannot_be_is_a_finding(tmp_path: Path, run_kg: RunKg) -> None:
    text = (DATA / "iati/wells-2.03.xml").read_bytes()
    (tmp_path / "in").mkdir()
    for name in ("a.xml", "a_b.xml", "a-b.xml", "region.xml", "country.xml"):
        (tmp_path / "in" / name).write_bytes(text)
    (tmp_path / "in" / "a.xml.gz").write_bytes(gzip.compress(text))
    load = ("load", "iati", tmp_path / "in", "--store", tmp_path / "store")
    ran = run_kg(*load, "--findings", tmp_path / "f.json")
    assert ran.code == 0
    assert set(open_view(tmp_path / "store").sources) == {"a", "a-b"}
    told = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))["findings"]
    refused = {Path(one["place"]).name for one in told if one["rule"] == "unreadable-file"}
    assert refused == {"a.xml.gz", "a_b.xml", "region.xml", "country.xml"}
    assert_refused(run_kg(*load, "--strict"), "a.xml.gz: source: expected each id once")
    assert_refused(run_kg("load", "iati", tmp_path / "in/region.xml", "--store", tmp_path / "s"), "another id")


PIPED = {
    "turtle": ("rdf", b"@prefix e: <urn:> .\ne:a e:p 'x' ."),
    "turtle-with-blank-node": ("rdf", b"[] <urn:p> [ <urn:q> 'x' ] ."),
    "trig": ("rdf", b"<urn:g> { <urn:a> <urn:p> 'x' }"),
    "trig-default-graph": ("rdf", b"{ <urn:a> <urn:p> 'x' }"),
    "n-quads": ("rdf", b'# a comment\n<urn:a> <urn:p> "x" <urn:g> .\n'),
    "tabs-and-comments": ("rdf", b'<urn:a>\t<urn:p>\t"x"\t<urn:g> . # said\n# more\n<urn:a> <urn:q> <urn:b> <urn:g> .'),
    "one-line": ("rdf", b'<urn:a> <urn:p> "x" <urn:g> .'),
    "long-line": ("rdf", b'<urn:a> <urn:p> "' + b"x" * 100_000 + b'" <urn:g> .\n<urn:a> <urn:p> "y" <urn:g> .\n'),
    "turtle-like-n-triples": ("rdf", b"<urn:a> <urn:p> <urn:b> .\n<urn:a> <urn:p> <urn:c> , <urn:d> .\n"),
    "marked": ("rdf", b"\xef\xbb\xbf<urn:a> <urn:p> <urn:b> <urn:g> .\n"),
    "n-triples": ("rdf", b'<urn:a> <urn:p> "x" .\n'),
    "packed": ("rdf", gzip.compress(b'<urn:a> <urn:p> "x" <urn:g> .\n')),
    "json-ld": ("rdf", b'[ {"@id": "urn:a", "urn:p": "x"} ]'),
    "rdf-xml": (
        "rdf",
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="urn:e:">'
        b'<rdf:Description rdf:about="urn:a"><e:p>x</e:p></rdf:Description></rdf:RDF>',
    ),
    "spreadsheet": ("aiddata", (DATA / "tables/aiddata-china.xlsx").read_bytes()),
    "iati": ("iati", (DATA / "iati/wells-2.03.xml").read_bytes()),
    "fts": ("fts", (DATA / "fts/kenya-2020.json").read_bytes()),
}


@pytest.mark.parametrize(("kind", "content"), PIPED.values(), ids=PIPED)
def test_what_comes_through_a_pipe_is_known_by_its_beginning(
    kind: str, content: bytes, tmp_path: Path, env: dict[str, str]
) -> None:
    command = [sys.executable, "-m", "kg", "load", kind, "-", "--source", "x", "--store", str(tmp_path / "store")]
    ran = subprocess.run(command, input=content, env=env, cwd=ROOT, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert set(open_view(tmp_path / "store").sources) == {"x"}


def test_a_pipe_that_cannot_be_read_is_called_so(tmp_path: Path, env: dict[str, str]) -> None:
    command = [sys.executable, "-m", "kg", "load", "rdf", "-", "--source", "x", "--store", str(tmp_path / "store")]
    ran = subprocess.run(command, input=b"<urn:a> <urn:p>", env=env, cwd=ROOT, capture_output=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr.decode().startswith("error: -:1: expected")


@POSIX
def test_a_link_to_a_folder_is_told_and_a_pattern_takes_folders(tmp_path: Path, run_kg: RunKg) -> None:
    for folder, name in (("in", "one"), ("in/sub", "two"), ("elsewhere", "three")):
        (tmp_path / folder).mkdir(exist_ok=True)
        shutil.copy(DATA / "iati/trust-org.xml", tmp_path / folder / f"{name}.xml")
    (tmp_path / "in/linked").symlink_to(tmp_path / "elsewhere")
    ran = run_kg("load", "iati", tmp_path / "in", "--store", tmp_path / "store")
    assert "in/linked: a link to a folder, which is not followed" in ran.err
    assert set(open_view(tmp_path / "store").sources) == {"one", "two"}
    assert run_kg("load", "iati", tmp_path / "[ei]*", "--store", tmp_path / "other").code == 0
    assert set(open_view(tmp_path / "other").sources) == {"one", "two", "three"}


def test_file_names_that_no_id_can_have_stay_apart(tmp_path: Path, run_kg: RunKg) -> None:
    for name in ("数据", "资料", "Données", "UPPER", "a€", "a£"):
        shutil.copy(DATA / "iati/trust-org.xml", tmp_path / f"{name}.XML")
    assert run_kg("load", "iati", tmp_path, "--store", tmp_path / "store").code == 0
    assert set(open_view(tmp_path / "store").sources) == {
        "graph-5440f742",
        "graph-cba1ec75",
        "donnees",
        "upper",
        "a-105d293c",
        "a-6b25070a",
    }


@POSIX
def test_a_file_whose_name_cannot_be_told_is_refused(tmp_path: Path, run_kg: RunKg) -> None:
    file = os.fsencode(tmp_path) + b"/\xff.xml"
    shutil.copy(DATA / "iati/trust-org.xml", file)
    ran = run_kg("load", "iati", tmp_path, "--store", tmp_path / "store")
    assert_refused(ran, "expected a file name that can be told")


def test_of_several_rdf_files_one_that_is_cut_off_is_a_finding(tmp_path: Path, run_kg: RunKg) -> None:
    (tmp_path / "good.NT").write_bytes(RDF)
    (tmp_path / "bad.nt").write_bytes(RDF[:-5])
    store, findings = tmp_path / "store", tmp_path / "f.json"
    ran = run_kg("load", "rdf", tmp_path, "--findings", findings, "--store", store)
    assert ran.code == 0, ran.err
    assert "1 of 2 files" in ran.err
    assert set(open_view(store).sources) == {"good"}
    (found,) = json.loads(findings.read_text(encoding="utf-8"))["findings"]
    assert (found["severity"], found["rule"]) == ("error", "unreadable-file")
    assert "bad.nt:3000" in found["place"]
    before = snapshot(store)
    assert_refused(run_kg("load", "rdf", tmp_path, "--strict", "--store", store), "bad.nt:3000")
    (tmp_path / "good.NT").write_bytes(b"# nothing\n")
    assert_refused(run_kg("load", "rdf", tmp_path / "good.NT", "--store", store), "good.NT: expected records, got none")
    assert snapshot(store) == before


@pytest.mark.parametrize(
    "text",
    [
        '{"@id":"urn:x","urn:p":' * 300 + "1" + "}" * 300,
        '{"@id":"urn:x","urn:p":"]]]] \\\\\\"]","urn:q":' + "[" * 300 + "]" * 300 + "}",
        "[" * 100_000,
    ],
)
def test_json_ld_that_is_too_deep_is_refused(text: str, tmp_path: Path, run_kg: RunKg) -> None:
    (tmp_path / "x.jsonld").write_text(text, encoding="utf-8")
    ran = run_kg("load", "rdf", tmp_path / "x.jsonld", "--store", tmp_path / "store")
    assert_refused(ran, "x.jsonld: expected at most 200 lists and objects inside each other")


def test_brackets_in_texts_of_json_ld_are_not_deep(tmp_path: Path, run_kg: RunKg) -> None:
    text = json.dumps({"@id": "urn:x", "urn:p": "[{" * 1000 + '\\" ["'})
    (tmp_path / "x.jsonld").write_text(text, encoding="utf-8")
    assert run_kg("load", "rdf", tmp_path / "x.jsonld", "--store", tmp_path / "store").code == 0


# --- packed files ------------------------------------------------------------------------------------------------


def packed(content: bytes) -> Iterator[tuple[str, bytes]]:
    yield "x.ttl.gz", gzip.compress(content)
    yield "x.ttl.zst", zstandard.compress(content)
    half = len(content) // 2
    yield "two-frames.ttl.zst", zstandard.compress(content[:half]) + zstandard.compress(content[half:])
    yield "two-members.ttl.gz", gzip.compress(content[:half]) + gzip.compress(content[half:])


RDF = "".join(f'<https://example.org/{n}> <https://example.org/p> "{n} – é" .\n' for n in range(3000)).encode()


@pytest.mark.parametrize(("name", "content"), list(packed(RDF)), ids=lambda one: one if isinstance(one, str) else "")
def test_packed_files_are_read_whole_or_refused(name: str, content: bytes, tmp_path: Path, run_kg: RunKg) -> None:
    file, store = tmp_path / name, tmp_path / "store"
    file.write_bytes(content)
    with open_packed(file) as stream:
        assert stream.read() == RDF
    assert run_kg("load", "rdf", file, "--store", store).code == 0
    before = snapshot(store)
    for cut in (1, 5, len(content) // 3, len(content) - 1):
        file.write_bytes(content[:cut])
        assert_refused(run_kg("load", "rdf", file, "--store", store), name, "expected")
        assert snapshot(store) == before


def test_packed_bytes_are_known_whatever_the_name(tmp_path: Path, run_kg: RunKg) -> None:
    file = tmp_path / "wells.xml"
    file.write_bytes(zstandard.compress((DATA / "iati/wells-2.03.xml").read_bytes()))
    assert run_kg("load", "iati", file, "--store", tmp_path / "store").code == 0


def test_a_zstd_file_may_not_ask_for_all_memory(tmp_path: Path) -> None:
    long = zstandard.ZstdCompressionParameters(window_log=28, compression_level=1)
    compressor = zstandard.ZstdCompressor(compression_params=long).compressobj()
    file = tmp_path / "x.zst"
    file.write_bytes(b"".join([compressor.compress(b"x" * 1_000_000) for _ in range(300)]) + compressor.flush())
    with open_packed(file) as stream, pytest.raises(InputError, match="expected a whole zstd file"):
        stream.read()


def test_rdf_is_read_with_a_mark_and_without_a_doctype(tmp_path: Path, run_kg: RunKg) -> None:
    (tmp_path / "x.ttl").write_bytes(b"\xef\xbb\xbf" + RDF)
    assert run_kg("load", "rdf", tmp_path / "x.ttl", "--store", tmp_path / "store").code == 0
    filler = b"<!-- " + b"x" * 300_000 + b" -->"
    (tmp_path / "y.rdf").write_bytes(
        b'<?xml version="1.0"?>' + filler + b'<!DOCTYPE r [<!ENTITY a "b">]><rdf:RDF '
        b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
    )
    ran = run_kg("load", "rdf", tmp_path / "y.rdf", "--store", tmp_path / "store")
    assert_refused(ran, "y.rdf: expected RDF/XML without a DOCTYPE")


# --- another process ---------------------------------------------------------------------------------------------


def count_to(send: Send, number: int) -> None:
    for at in range(number):
        send(at)


def fail_after(send: Send, number: int) -> None:
    count_to(send, number)
    raise InputError("x.xml:7: expected an end, got none")


def die(send: Send) -> None:
    send(1)
    signal.raise_signal(signal.SIGKILL)


@pytest.mark.parametrize("beside", [True, False])
def test_work_gives_its_frames_and_its_errors_in_another_process_or_in_this(beside: bool) -> None:
    assert list(run_frames(count_to, 3, beside=beside)) == [0, 1, 2]
    with pytest.raises(InputError, match=r"x\.xml:7: expected an end, got none"):
        list(run_frames(fail_after, 2, beside=beside))


@POSIX
def test_a_process_that_dies_is_an_error_of_ours() -> None:
    with Beside(die) as work, pytest.raises(KgError, match="ended early"):
        list(work.frames())


SCRIPT = """
import sys
from pathlib import Path
import kg.feeds, kg.assembly
from kg.model.report import Report
from kg.shipped import ontology_dir
kg.feeds.MUCH = 0
store, *files = map(Path, sys.argv[1:])
kg.feeds.load_feed("iati", files, store, ontology=ontology_dir(), report=Report())
"""
"""As a person writes it, without `if __name__ == "__main__"`: nothing of it may run a second time."""


def load_beside(store: Path, *files: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SCRIPT, str(store), *map(str, files)]
    given = {**env, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, env=given, check=False, timeout=300)


def test_a_load_in_two_processes_gives_the_same_store(tmp_path: Path, run_kg: RunKg, env: dict[str, str]) -> None:
    files = [DATA / "iati/wells-2.03.xml", DATA / "iati/trust-org.xml"]
    assert run_kg("load", "iati", *files, "--store", tmp_path / "one").code == 0
    done = load_beside(tmp_path / "two", *files, env=env)
    assert done.returncode == 0, done.stderr
    one, two = open_view(tmp_path / "one"), open_view(tmp_path / "two")
    assert one.version == two.version
    assert {str(quad) for quad in one.engine} == {str(quad) for quad in two.engine}
    assert (one.path / "ties.parquet").read_bytes() == (two.path / "ties.parquet").read_bytes()
    for query in ("UNICEF", "Example"):
        assert run_kg("show", query, "--store", tmp_path / "one") == run_kg("show", query, "--store", tmp_path / "two")


KILLED = (
    """
import importlib, os, signal, sys
module, name, number = sys.argv.pop(1).split(":")
owner = importlib.import_module(module)
real, met = getattr(owner, name), 0
def dying(*given, **options):
    global met
    met += 1
    if met == int(number):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given, **options)
setattr(owner, name, dying)
"""
    + SCRIPT
)

POINTS = [
    "kg.store.fill:create_engine:1", "kg.store.fill:load_source:1", "kg.store.fill:load_source:2",
    "kg.store.fill:load_turtle:1", "kg.store.fill:run_rule:1", "kg.store.fill:run_rule:9",
    "kg.assembly:write_names:1", "kg.assembly:write_ties:1", "kg.store.fill:finish:1", "kg.pipeline:graph_version:1",
    "kg.pipeline:switch_version:1", "kg.assembly:check_complete:2", "os:rename:1", "os:replace:1",
]  # fmt: skip


@POSIX
@pytest.mark.parametrize("point", POINTS)
def test_a_load_that_is_killed_at_any_point_leaves_the_store_as_it_was(
    point: str, tmp_path: Path, run_kg: RunKg, env: dict[str, str]
) -> None:
    store = tmp_path / "store"
    assert run_kg("load", "iati", DATA / "iati/trust-org.xml", "--store", store).code == 0
    before = open_view(store)
    held = {str(quad) for quad in before.engine}
    command = [
        sys.executable,
        "-c",
        KILLED,
        point,
        str(store),
        *map(str, [DATA / "iati/wells-2.03.xml", DATA / "iati/trust-org.xml"]),
    ]
    given = {**env, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=given, check=False, timeout=300)
    assert done.returncode == -signal.SIGKILL, (done.returncode, done.stderr)
    after = open_view(store)
    assert after.version == before.version
    assert {str(quad) for quad in after.engine} == held
    assert run_kg("load", "iati", DATA / "iati/wells-2.03.xml", "--store", store).code == 0
    assert set(open_view(store).sources) == {"trust-org", "wells-2-03"}
    assert not [path for path in store.rglob("*") if "unfinished" in path.name]


# --- progress ----------------------------------------------------------------------------------------------------


@POSIX
def test_long_work_shows_bars_with_rate_and_time_left_on_a_terminal_only(tmp_path: Path, env: dict[str, str]) -> None:
    import pty

    command = [sys.executable, "-m", "kg", "load", "iati", str(DATA / "iati/wells-2.03.xml"), "--store"]
    given = {**env, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "120"}
    plain = subprocess.run([*command, str(tmp_path / "a")], capture_output=True, text=True, env=given, check=True)
    assert "storing" not in plain.stderr
    ours, theirs = pty.openpty()
    with subprocess.Popen([*command, str(tmp_path / "b")], stdout=-1, stderr=theirs, env=given) as process:
        os.close(theirs)
        shown = b"".join(iter(lambda: read_terminal(ours), b""))
        assert process.wait(timeout=120) == 0
    os.close(ours)
    said = shown.decode()
    assert re.search(r"storing +\[#+\] +100% .*MB/s", said), said
    assert re.search(r"deriving shortcuts +\[#+\] +100% .*(\d+) of \1\b", said), said
    assert "arranging the store ..." in said


def read_terminal(descriptor: int) -> bytes:
    """What a terminal shows next; nothing when the program has ended, which Linux tells as an error."""
    try:
        return os.read(descriptor, 1024)
    except OSError:
        return b""


def test_a_bar_tells_rate_and_time_left(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter(range(0, 1000, 2))
    monkeypatch.setattr("time.monotonic", lambda: next(seconds))
    monkeypatch.setattr("time.time", lambda: next(seconds))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with watching() as watch:
        for done in range(0, 50_000_001, 10_000_000):
            watch("reading", done, 100_000_000)
        watch("indexing names and ties", 0, 0)
    said = capsys.readouterr().err
    assert re.search(r"50% +\d\d:\d\d:\d\d +[\d.]+ MB/s", said), said
    assert "indexing names and ties ..." in said


# --- what a load must not do to what is there --------------------------------------------------------------------

MADE = """
[source]
title = "Wells"
[table]
id = "nr"
[[activities]]
id = "well-{nr}"
title = "{title}"
kind = "project"
status = "realised"
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "m.toml").write_text(MADE, encoding="utf-8")
    file = tmp_path / "wells.csv"
    file.write_text("nr,title\n1,One well\n", encoding="utf-8")
    return file


def test_a_file_of_which_nothing_can_be_used_empties_no_source(table: Path, tmp_path: Path, run_kg: RunKg) -> None:
    load = ("load", "table", table, "--mapping", tmp_path / "m.toml", "--store", tmp_path / "store")
    assert run_kg(*load).code == 0
    before = snapshot(tmp_path / "store")
    table.write_text("nr,title\n", encoding="utf-8")
    assert run_kg(*load).code == 2
    assert "expected records, got none that can be used" in run_kg(*load).err
    assert snapshot(tmp_path / "store") == before


def test_findings_that_cannot_be_written_are_said_before_anything_is_changed(
    table: Path, tmp_path: Path, run_kg: RunKg
) -> None:
    load = ("load", "table", table, "--mapping", tmp_path / "m.toml", "--store", tmp_path / "store")
    for wrong in (tmp_path / "none" / "f.json", tmp_path):
        assert_refused(run_kg(*load, "--findings", wrong), "--findings: expected a file in a folder")
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("source", ["country", "region", "scheme"])
def test_ids_under_which_countries_stand_are_refused(source: str, table: Path, tmp_path: Path, run_kg: RunKg) -> None:
    load = ("load", "table", table, "--mapping", tmp_path / "m.toml", "--store", tmp_path / "store")
    assert_refused(run_kg(*load, "--source", source), f"expected another id than '{source}'")


def test_a_source_read_from_another_place_is_told(table: Path, tmp_path: Path, run_kg: RunKg) -> None:
    options = ("--mapping", tmp_path / "m.toml", "--store", tmp_path / "store")
    other = tmp_path / "other" / "wells.csv"
    other.parent.mkdir()
    other.write_text("nr,title\n1,Well\n2,Another well\n", encoding="utf-8")
    assert "takes the place" not in run_kg("load", "table", table, *options).err
    ran = run_kg("load", "table", other, *options)
    assert f"wells: takes the place of what was read from {table}" in ran.err


def test_a_batch_of_which_nothing_can_be_read_says_why_of_each(tmp_path: Path, run_kg: RunKg) -> None:
    for name, content in {"a.xml": b"", "b.xml": b"<iati-activities>", "c.xml": b'{"a": 1}'}.items():
        (tmp_path / name).write_bytes(content)
    findings = tmp_path / "f.json"
    ran = run_kg("load", "iati", *sorted(tmp_path.glob("*.xml")), "--findings", findings, "--store", tmp_path / "store")
    assert ran.code == 2
    told = json.loads(findings.read_text(encoding="utf-8"))["findings"]
    assert [Path(one["place"].split(":")[0]).name for one in told] == ["a.xml", "b.xml", "c.xml"]
    assert not (tmp_path / "store" / "CURRENT").exists()


def test_rdf_comes_from_folders_and_pipes_too(tmp_path: Path, run_kg: RunKg) -> None:
    folder, store = tmp_path / "rdf", tmp_path / "store"
    folder.mkdir()
    (folder / "one.ttl").write_bytes(RDF)
    (folder / "two.nt.zst").write_bytes(zstandard.compress(RDF))
    assert run_kg("load", "rdf", folder, "--store", store).code == 0
    assert run_kg("load", "rdf", "-", "--source", "three", "--store", store, stdin=RDF.decode()).code == 0
    assert set(open_view(store).sources) == {"one", "two", "three"}
    assert_refused(run_kg("load", "rdf", "-", "--source", "x", "--store", store, stdin="<a"), "error: -:1: expected")


def test_a_source_that_was_exported_can_be_loaded_as_rdf(tmp_path: Path, run_kg: RunKg) -> None:
    store = tmp_path / "store"
    assert run_kg("load", "rdf", DATA / "accra-2008.nq", "--store", store).code == 0
    assert run_kg("partners", "OECD", "--store", store).code == 0
