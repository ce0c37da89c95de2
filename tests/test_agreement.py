"""Two ways to one answer: partners looked up in the store are the neighbours in the network made of the ties."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg import answers
from kg.store.view import open_view

RECIPES = ("partnership", "funding", "joint-work", "paired-aid", "co-presence")


@pytest.mark.parametrize("recipe", RECIPES)
def test_partners_are_the_neighbours_in_the_network(store: Path, recipe: str) -> None:
    view = open_view(store)
    network = answers.network(view, recipe=recipe)
    assert len(network) > 3
    for actor in network:
        found = answers.partners(view, actor, recipe=recipe)["partners"]
        assert {partner["iri"] for partner in found} == set(network[actor]), actor
        for partner in found:
            shared = {tie["iri"] for tie in partner["ties"]}
            assert shared == set(network[actor][partner["iri"]]), (actor, partner["iri"])
