"""Saved questions: SPARQL that answers a researcher's question, with parameters where it asks for them.

A question is a file `ontology/questions/<id>.rq`. Its first comment lines say what it asks:

```
# question: Which studies were running on a day?
# parameter: day = 2009-06-15 (date)
```

A parameter stands in the query as `$day`. Its kind is `date`, `year`, `text`; `thing`, `actor` or
`place` (found by name); or a code list, such as `role`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kg.errors import InputError, NotFound, UsageError
from kg.lookup.find import ACTORS, find
from kg.model.iris import code_iri
from kg.model.terms import integer, iri, text, typed
from kg.namespaces import SCHEMES, XSD
from kg.store.view import Answer, View

_THINGS = {"thing": frozenset[str](), "actor": ACTORS, "place": frozenset({"place", "country"})}
_QUESTION = re.compile(r"^#\s*question:\s*(.+)$", re.MULTILINE)
_PARAMETER = re.compile(r"^#\s*parameter:\s*(\w+)\s*=\s*(.*?)\s*\(([\w-]+)\)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a question wants to know beforehand; `default` is used where nothing is given."""

    name: str
    kind: str
    default: str


@dataclass(frozen=True, slots=True)
class Question:
    """A saved question."""

    id: str
    question: str
    parameters: tuple[Parameter, ...]
    sparql: str


def read_questions(ontology: Path) -> dict[str, Question]:
    """All saved questions, by id: those with names first, then those of researchers, which have numbers.

    Raises InputError for a file that does not say what it asks.
    """
    files = sorted((ontology / "questions").glob("*.rq"), key=lambda file: (file.stem[-1].isdigit(), file.stem))
    return {file.stem: _read(file) for file in files}


def ask_question(view: View, question: Question, values: Mapping[str, str]) -> Answer:
    """Answer a question, its parameters given as text.

    Raises UsageError for a parameter that the question does not have or a value that does not fit,
    and NoAnswer for a name that the graph does not have.
    """
    known = {parameter.name: parameter for parameter in question.parameters}
    for name in values:
        if name not in known:
            listed = ", ".join(known) or "none: it has no parameters"
            raise UsageError(f"{question.id}: expected a parameter among {listed}, got {name!r}")
    bindings = {name: _term(view, known[name], values.get(name, known[name].default)) for name in known}
    return view.query(question.sparql, bindings=bindings)


def find_question(questions: Mapping[str, Question], wanted: str) -> Question:
    """One question by its id; raises NotFound with the known ids."""
    if wanted not in questions:
        raise NotFound(f"no question {wanted!r}; there are {', '.join(questions)}")
    return questions[wanted]


def _read(file: Path) -> Question:
    sparql = file.read_text(encoding="utf-8")
    said = _QUESTION.search(sparql)
    if said is None:
        raise InputError(f"{file}:1: expected a comment line `# question: ...`, got none")
    parameters = tuple(Parameter(name, kind, default) for name, default, kind in _PARAMETER.findall(sparql))
    return Question(file.stem, said[1].strip(), parameters, sparql)


def _term(view: View, parameter: Parameter, value: str) -> str:
    place = f"parameter {parameter.name}"
    if parameter.kind in _THINGS:
        return iri(find(view, value, kinds=_THINGS[parameter.kind]).iri)
    if parameter.kind == "text":
        return text(value)
    if parameter.kind == "currency":
        if not re.fullmatch(r"[A-Za-z]{3}", value):
            raise UsageError(f"{place}: expected a currency like USD, got {value!r}")
        return text(value.upper())
    if parameter.kind == "year":
        if not re.fullmatch(r"\d{4}", value, re.ASCII):
            raise UsageError(f"{place}: expected a year like 2009, got {value!r}")
        return integer(int(value))
    if parameter.kind == "date":
        try:
            return typed(dt.date.fromisoformat(value).isoformat(), XSD.date)
        except ValueError:
            raise UsageError(f"{place}: expected a day like 2009-06-15, got {value!r}") from None
    if parameter.kind in SCHEMES and re.fullmatch(r"[a-z-]+", value):
        return iri(code_iri(parameter.kind, value))
    raise UsageError(f"{place}: expected a notation of the code list {parameter.kind}, got {value!r}")
