"""How long work tells how far it has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Watch: TypeAlias = Callable[[str, int, int], object]
"""Told of each step of long work: what is being done, how much of it is done, and of how much."""


def unwatched(step: str, done: int, total: int) -> None:
    """A `Watch` that does not look."""
