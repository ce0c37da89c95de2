"""What the commands do, for those who work in Python: the same answers, as data frames where tables come out.

Every function takes `store`, the path of a store; without it, the graph that comes with the package.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import answers
from kg.lookup.partners import Filters
from kg.pipeline import build_shipped
from kg.questions import ask_question, find_question, read_questions
from kg.recipes import DEFAULT_RECIPE
from kg.shipped import ontology_dir
from kg.store.view import Answer, View, open_view
from kg.views.sheet import TIE_COLUMNS, flat_tie

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd
    import rdflib

Store = Path | str | None


def open_graph(store: Store = None) -> rdflib.Dataset:
    """The graph as a read-only rdflib `Dataset`, whose default graph is the union of all graphs.

    Raises StoreError where `store` is none, and on any attempt to write.
    """
    from kg.store.dataset import open_dataset

    return open_dataset(_path(store))


def query(sparql: str, store: Store = None) -> pd.DataFrame:
    """The rows of a SPARQL query, a column for each variable; of a CONSTRUCT, its statements.

    Numbers are numbers where every value of a column is one. Raises QueryError with the position of a slip.
    """
    return _frame(_view(store).query(sparql))


def ask(question: str, store: Store = None, **parameters: str) -> pd.DataFrame:
    """The answer to a saved question, by its id; `kg ask --list` lists them."""
    saved = find_question(read_questions(ontology_dir()), question)
    return _frame(ask_question(_view(store), saved, parameters))


def show(name: str, store: Store = None) -> dict[str, Any]:
    """Everything the graph says of one thing, as `kg show --format json` gives it."""
    return answers.show(_view(store), name)


def partners(
    name: str, store: Store = None, *, recipe: str = DEFAULT_RECIPE, filters: Filters | None = None
) -> pd.DataFrame:
    """The partners of an actor: one row for each tie, with both roles, dates, certainty and evidence."""
    import pandas as pd

    answer = answers.partners(_view(store), name, recipe=recipe, filters=filters)
    rows = [
        {"partner": partner["label"], "partner_iri": partner["iri"], **flat_tie(tie)}
        for partner in answer["partners"]
        for tie in partner["ties"]
    ]
    return pd.DataFrame(rows, columns=["partner", "partner_iri", *TIE_COLUMNS])


def ties(store: Store = None) -> pd.DataFrame:
    """The ties: one row for each actor, relation and role; see `docs/ties.md` for the columns."""
    from kg.ties import read_ties

    return read_ties(_view(store)).to_pandas()


def network(
    recipe: str = DEFAULT_RECIPE,
    store: Store = None,
    *,
    since: int | None = None,
    until: int | None = None,
    sources: Collection[str] = (),
    planned: bool = False,
) -> nx.MultiGraph:
    """The network of partners under a recipe: actors as nodes, one edge for each relation that joins two of them."""
    return answers.network(_view(store), recipe=recipe, since=since, until=until, sources=sources, planned=planned)


def centrality(measure: str = "betweenness", recipe: str = DEFAULT_RECIPE, store: Store = None) -> pd.DataFrame:
    """The actors by centrality: label, kind, score and rank; `attrs` says how the rank was made."""
    import pandas as pd

    view = _view(store)
    answer = answers.centrality(view, measure, answers.network(view, recipe=recipe))
    frame = pd.DataFrame(answer["scores"], columns=["rank", "label", "kind", "score", "iri"])
    frame.attrs = {key: answer[key] for key in ("graph_version", "recipe", "measure", "left_out")}
    return frame


def path(one: str, other: str, recipe: str = DEFAULT_RECIPE, store: Store = None) -> dict[str, Any]:
    """The shortest chain of partners between two actors, as `kg path --format json` gives it."""
    view = _view(store)
    return answers.path(view, one, other, answers.network(view, recipe=recipe))


def render_map(recipe: str = DEFAULT_RECIPE, store: Store = None, *, heading: str = "", **options: Any) -> str:
    """The network as one HTML page that needs no connection; `options` are those of `network`."""
    view = _view(store)
    return answers.render_map(view, answers.network(view, recipe=recipe, **options), recipe=recipe, heading=heading)


def diff(old: Path | str, new: Store = None, *, sources: Collection[str] = (), align: bool = False) -> pd.DataFrame:
    """What differs between two stores, folders of triples, RDF files or workbooks: one row for each change.

    Of one store, what its last change has changed. `align` brings two codings of one document under the same ids.
    `attrs` has the counts by kind of thing, and the statements that went and came.
    """
    import pandas as pd

    from kg.diff import diff as compare
    from kg.diff.compare import Change

    names = [sources] if isinstance(sources, str) else list(sources)
    found = compare(Path(old), Path(new) if new else None, ontology=ontology_dir(), sources=names, align=align)
    frame = pd.DataFrame(found.changes, columns=Change._fields)
    frame.attrs = {
        "counts": [{**count._asdict(), "agreement": count.agreement} for count in found.counts],
        "went": [quad.line for quad in found.went],
        "came": [quad.line for quad in found.came],
    }
    return frame


def _path(store: Store) -> Path:
    return build_shipped() if store is None else Path(store)


def _view(store: Store) -> View:
    return open_view(_path(store))


def _frame(answer: Answer) -> pd.DataFrame:
    import pandas as pd

    columns = list(answer.columns)
    frame = pd.DataFrame(answer.values(), columns=columns)
    return frame.convert_dtypes()
