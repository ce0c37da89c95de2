"""Where the time of a build goes: each step of a publish is timed from outside, in one process."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

STAGES = {
    "load the sources": ("kg.store.fill", "load_source"),
    "load ontology and code lists": ("kg.store.fill", "load_turtle"),
    "identity decisions": ("kg.store.fill", "add_replacements"),
    "rules": ("kg.store.fill", "run_rule"),
    "index of names": ("kg.assembly", "write_names"),
    "ties": ("kg.assembly", "write_ties"),
    "flush and optimize": ("kg.store.fill", "finish"),
    "fsync and switch": ("kg.pipeline", "switch_version"),
}
"""What a publish does, and the function that does it, named where it is called from."""


def time_stages(store: Path) -> dict[str, float]:
    """Seconds of each stage of a build of the shipped data into a new store; `rest` is all between them."""
    from kg.pipeline import build_store
    from kg.shipped import ontology_dir, triples_dir

    taken = dict.fromkeys(STAGES, 0.0)
    with _watched(taken):
        before = time.perf_counter()
        build_store(triples_dir(), store, ontology=ontology_dir())
        whole = time.perf_counter() - before
    return {**taken, "rest": whole - sum(taken.values())}


@contextmanager
def _watched(taken: dict[str, float]) -> Iterator[None]:
    """Put a watch around each function, and take it away again."""
    places = [(importlib.import_module(module), name, stage) for stage, (module, name) in STAGES.items()]
    plain = [getattr(module, name) for module, name, _ in places]
    try:
        for (module, name, stage), function in zip(places, plain, strict=True):
            setattr(module, name, _timed(function, stage, taken))
        yield
    finally:
        for (module, name, _), function in zip(places, plain, strict=True):
            setattr(module, name, function)


def _timed(function: Callable[..., Any], stage: str, taken: dict[str, float]) -> Callable[..., Any]:
    def timed(*arguments: Any, **options: Any) -> Any:
        before = time.perf_counter()
        try:
            return function(*arguments, **options)
        finally:
            taken[stage] += time.perf_counter() - before

    return timed
