"""How much of a document its statements carry: counted, listed and drawn."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from kg.evidence.coverage import Stretch, _mark_joining
from tests.browser import find_browser
from tests.commands import DATA, ROOT, TINY, RunKg, assert_refused, read_table, write_table

BOOKS = ROOT / "data" / "workbooks"
TEXT = (DATA / "accra-2008.txt").read_text(encoding="utf-8")


def coverage(run_kg: RunKg, store: Path, documents: Path = DATA) -> dict:
    ran = run_kg("evidence", "coverage", "--store", store, "--documents", documents, "--out", "-", "--format", "json")
    return ran.json["documents"][0]


def load(run_kg: RunKg, book: Path) -> Path:
    store = book.parent / "store"
    assert run_kg("load", "workbook", book, "--store", store).code == 0
    return store


def test_every_word_is_in_one_state(run_kg: RunKg, tiny_store: Path) -> None:
    found = coverage(run_kg, tiny_store)
    assert sum(found["words"].values()) == len(re.findall(r"\w+", TEXT))
    assert found["omitted"] == {"transition": 16}
    assert found["words"]["omission"] == 16
    assert found["words"]["name"] > 0


def test_open_stretches_are_those_that_no_row_points_to(run_kg: RunKg, tiny_store: Path) -> None:
    pointed = [
        (int(start), int(end))
        for file in TINY.glob("*.csv")
        for row in read_table(TINY, file.stem)
        for start, end in re.findall(r"(\d+)-(\d+)", row["evidence"])
    ]
    found = coverage(run_kg, tiny_store)["open"]
    assert found
    for place in found:
        assert re.search(r"\w", TEXT[place["start"] : place["end"]])
        assert not any(start < place["end"] and place["start"] < end for start, end in pointed)


def test_an_omission_closes_a_stretch_and_a_missing_row_opens_one(run_kg: RunKg, book: Path) -> None:
    before = coverage(run_kg, load(run_kg, book))
    opened = before["open"][0]
    rows = read_table(book, "omissions")
    rows.append({**rows[0], "reason": "rhetoric", "evidence": f"{opened['start']}-{opened['end']}", "note": ""})
    write_table(book, "omissions", rows)
    after = coverage(run_kg, load(run_kg, book))
    assert opened not in after["open"]
    assert after["omitted"]["rhetoric"] == before["words"]["open"] - after["words"]["open"]
    write_table(book, "omissions", rows[1:])
    assert {"start": 52, "end": 136} in coverage(run_kg, load(run_kg, book))["open"]


def test_only_joining_words_and_numbers_of_points_join() -> None:
    text = "Ghana and the Bank. 2) It paid 416 million then. Never mind"
    parts = ["Ghana", "Bank.", "It", "paid", "then."]
    carried = [Stretch(text.index(part), text.index(part) + len(part), "statement", ("urn:x",)) for part in parts]
    gaps = [Stretch(one.end, other.start, "open") for one, other in pairwise(carried)]
    gaps.append(Stretch(carried[-1].end, len(text), "open"))
    states = {text[gap.start : gap.end].strip(): gap.state for gap in _mark_joining(text, gaps)}
    assert states == {"and the": "joining", "2)": "joining", "": "blank", "416 million": "open", "Never mind": "open"}


def test_one_or_two_words_between_others_only_join_them(run_kg: RunKg, tiny_store: Path) -> None:
    found = coverage(run_kg, tiny_store)
    assert found["words"]["joining"] > 0
    table = run_kg("evidence", "coverage", "--store", tiny_store, "--documents", DATA, "--out", "-")
    assert [f"{place['start']}-{place['end']}" for place in found["open"]] == re.findall(r"\d+-\d+", table.err)


def test_another_edition_or_a_missing_document_is_refused(run_kg: RunKg, tiny_store: Path, tmp_path: Path) -> None:
    command = ("evidence", "coverage", "--store", tiny_store, "--out", tmp_path / "page.html", "--documents")
    assert_refused(run_kg(*command, tmp_path), "accra-2008.txt", "expected the document that was coded")
    (tmp_path / "accra-2008.txt").write_text(TEXT + " ", encoding="utf-8")
    assert_refused(run_kg(*command, tmp_path), "another edition")
    assert_refused(run_kg(*command[:-1]), "expected --documents DIR")
    assert not (tmp_path / "page.html").exists()


@pytest.fixture(scope="module")
def page_file(run_kg: RunKg, tiny_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("coverage") / "page.html"
    ran = run_kg("evidence", "coverage", "--store", tiny_store, "--documents", DATA, "--out", made)
    assert ran.code == 0, ran.err
    return made


def test_the_page_holds_the_text_letter_by_letter(page_file: Path) -> None:
    import html

    page = page_file.read_text(encoding="utf-8")
    shown = re.search(r'<div class="text">(.*?)</div>', page, re.DOTALL)
    assert shown
    assert html.unescape(re.sub(r"<[^>]+>", "", shown[1])) == TEXT
    assert not re.findall(r"""(?:src|href)=["'](?!#)|url\(|https?://""", page)


def test_a_stretch_tells_what_it_carries(page_file: Path) -> None:
    browser_path = find_browser()
    if browser_path is None:
        pytest.skip("no Chromium, Chrome or Edge is here")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.goto(page_file.as_uri())
        page.get_by_text("Robert Zoellick", exact=False).first.click()
        assert "Robert Zoellick – speaker – Third High Level Forum" in page.inner_text("#said")
        page.click("#next")
        assert page.inner_text("#said h2") == "0 statements"
        assert page.evaluate("document.querySelector('[aria-current]').className") == "open"
        page.click("button[data-state=statement]")
        assert page.evaluate("getComputedStyle(document.querySelector('.text .statement')).backgroundColor") == (
            "rgba(0, 0, 0, 0)"
        )
        browser.close()
    assert problems == []


def test_the_shipped_documents_are_coded_to_the_last_word(run_kg: RunKg, store: Path, reference: Path) -> None:
    ran = run_kg("evidence", "coverage", "--documents", reference / "documents", "--out", "-", "--format", "json")
    found = ran.json["documents"]
    assert [one["id"] for one in found] == sorted(folder.name for folder in BOOKS.iterdir() if folder.is_dir())
    for one in found:
        assert (one["words"]["open"], one["open"]) == (0, []), one["id"]
        # what is left out is told why, and is the smaller part by far
        assert sum(one["omitted"].values()) == one["words"]["omission"]
        assert one["words"]["statement"] > 0.8 * sum(one["words"].values()), one["id"]
