"""Recipes: how partners are told from people who only sat in the same room."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from kg.errors import UsageError
from kg.facts import first, notation
from kg.namespaces import KG, RDF, SKOS
from kg.store.view import View

DEFAULT_RECIPE = "partnership"
HAPPENED = ("realised", "ongoing")
"""The statuses that count where nothing else is asked: planned is not done."""


class Recipe(NamedTuple):
    """How a network is projected: which relations and roles make partners.

    Two different actors are joined by a relation when its kind is among `kinds`, both hold a role in
    `carrying` or `receiving`, and not both hold receiving roles only.
    """

    name: str
    label: str
    definition: str
    kinds: frozenset[str]
    carrying: frozenset[str]
    receiving: frozenset[str]

    def joins(self, roles: Collection[str], other_roles: Collection[str]) -> bool:
        """Whether two actors with these roles in one relation are partners in it."""
        mine = self.carrying.union(self.receiving).intersection(roles)
        theirs = self.carrying.union(self.receiving).intersection(other_roles)
        return bool(mine and theirs and self.carrying.intersection(mine | theirs))


def read_recipe(view: View, name: str) -> Recipe:
    """One of the recipes that the ontology names.

    Raises UsageError with the known names where there is none of that name.
    """
    recipes = {notation(iri): iri for iri in view.subjects(RDF.type, KG.Recipe)}
    if name not in recipes:
        raise UsageError(f"recipe: expected one of {', '.join(sorted(recipes))}, got {name!r}")
    about = view.about(recipes[name])

    def notations(predicate: str) -> frozenset[str]:
        return frozenset(notation(value.text) for value in about.get(predicate, ()))

    return Recipe(
        name=name,
        label=first(about, SKOS.prefLabel),
        definition=first(about, SKOS.definition),
        kinds=notations(KG.joins),
        carrying=notations(KG.carryingRole),
        receiving=notations(KG.receivingRole),
    )
