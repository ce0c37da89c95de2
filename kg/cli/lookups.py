"""Commands that look one thing up: show, partners, path."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from kg import answers
from kg.cli.options import (
    counted,
    format_option,
    network_options,
    open_store,
    planned_option,
    recipe_option,
    say,
    since_option,
    store_option,
    until_option,
    write_rows,
)
from kg.lookup.partners import Filters
from kg.store.view import View
from kg.views.sheet import TIE_COLUMNS, doubts, flat_tie, when, where

Json = dict[str, Any]


@click.command("show")
@click.argument("name")
@store_option
@click.option("--why", is_flag=True, help="Show where each relation is said.")
@format_option("json")
def show_command(name: str, store: Path | None, why: bool, form: str) -> None:
    """Show everything the graph says of one thing.

    NAME is a name, acronym, identifier or IRI; case, accents and small slips do not matter.

    \b
    Example:
      kg show FCPMC
      kg show "High-level Seminar on China-Africa Development Experience Sharing" --why
    """
    answer = answers.show(open_store(store), name)
    if answer.get("note"):
        say(answer["note"])
    if form == "json":
        write_rows(form, (), (), answer)
        return
    from kg.views.sheet import render_sheet

    click.echo(render_sheet(answer, why=why))


@click.command("partners")
@click.argument("name")
@store_option
@recipe_option
@click.option("--role", default="", help="Only partners in this role, such as funding.")
@click.option("--country", default="", help="Only partners of this country, by name or code.")
@click.option("--source", default="", help="Only what this source says, by its id.")
@since_option
@until_option
@planned_option
@click.option("--limit", type=click.IntRange(min=1), help="At most so many partners.")
@click.option(
    "--works", type=click.IntRange(min=0), default=10, show_default=True, help="In the table: works a partner; 0: all."
)
@click.option("--why", is_flag=True, help="Show where each tie is said.")
@format_option("json", "csv", "tsv")
def partners_command(
    name: str, store: Path | None, recipe: str, works: int, why: bool, form: str, **options: Any
) -> None:
    """List the partners of an organization or person, and what joins them.

    \b
    Example:
      kg partners UNICEF
      kg partners IPRCC --role funding --why
    """
    view = open_store(store)
    most = (works or None) if form == "table" else None
    answer = answers.partners(view, name, recipe=recipe, filters=Filters(**options, works=most))
    if answer.get("note"):
        say(answer["note"])
    every = len(answer["partners"]) + answer.get("more", 0)
    say(f"{answer['entity']['label']}: {counted(every, 'partner')} by the recipe {recipe}")
    if form == "table" and answer["partners"]:
        write_rows(form, [*_HEADER, "evidence"] if why else _HEADER, _shown_rows(answer, why), answer)
    elif form == "table":
        _say_why_none(view, answer, filtered=any(options.values()))
    else:
        rows = [[p["label"], p["iri"], *flat_tie(tie).values()] for p in answer["partners"] for tie in p["ties"]]
        write_rows(form, ["partner", "partner_iri", *TIE_COLUMNS], rows, answer)
    if answer.get("undated"):
        say(f"left out, because no year of it is known: {counted(answer['undated'], 'relation')}")
    if answer.get("more"):
        say(f"and {counted(answer['more'], 'more partner')}; see --limit")


def _say_why_none(view: View, answer: Json, *, filtered: bool) -> None:
    """Where else to look when there is no partner."""
    actor = answer["entity"]
    if filtered:
        every = answers.partners(view, actor["iri"], recipe=answer["recipe"])["partners"]
        say(f"{counted(len(every), 'partner')} without these filters")
        return
    units = answers.find_units(view, actor["iri"])
    also = f"; its units may have partners: {', '.join(units)}" if units else ""
    say(f"what else it takes part in: kg show {actor['label']!r}{also}")


@click.command("path")
@click.argument("one")
@click.argument("other")
@network_options
@format_option("json", "csv", "tsv")
def path_command(one: str, other: str, store: Path | None, recipe: str, form: str, **options: Any) -> None:
    """Show the shortest chain of partners between two actors.

    \b
    Example:
      kg path "Ford Foundation" UNICEF
    """
    view = open_store(store)
    answer = answers.path(view, one, other, answers.network(view, recipe=recipe, **options))
    joined = [(step, tie) for step in answer["steps"] for tie in step["ties"]]
    if form == "table":
        header = ["from", "role", "to", "its role", "in", "title", "when"]
        rows = [
            [step["from"]["label"], tie["role"], step["to"]["label"], tie["partner_role"], *_what(tie)]
            for step, tie in joined
        ]
    else:
        header = ["from", "from_iri", "to", "to_iri", *TIE_COLUMNS]
        rows = [[*_ends(step), *flat_tie(tie).values()] for step, tie in joined]
    write_rows(form, header, rows, answer)


def _ends(step: Json) -> list[str]:
    return [step[end][key] for end in ("from", "to") for key in ("label", "iri")]


def _structure(partner: Json) -> str:
    return f" ({partner['structure']})" if partner.get("structure") else ""


def _what(tie: Json) -> list[str]:
    return [tie["kind"], tie["label"], ", ".join(mark for mark in (when(tie), *doubts(tie)) if mark)]


_HEADER = ["partner", "role", "its role", "in", "title", "when"]


def _shown_rows(answer: Json, why: bool) -> Iterator[list[str]]:
    """A row for each partner and work; where they share one in several roles, all of them."""
    for partner in answer["partners"]:
        works = groupby(partner["ties"], key=lambda tie: str(tie["iri"]))
        for number, ties in enumerate(list(same) for _, same in works):
            name = partner["label"] + _structure(partner) if number == 0 else ""
            roles = [", ".join(dict.fromkeys(tie[key] for tie in ties)) for key in ("role", "partner_role")]
            said = [name, *roles, *_what(ties[0])]
            yield [*said, where(place for tie in ties for place in tie["evidence"])] if why else said
        if more := partner.get("more_works"):
            said = ["", "", "", "", f"and {more} more (--works 0 for all)", ""]
            yield [*said, ""] if why else said
