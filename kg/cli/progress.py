"""How far long work has come: a bar for each step on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from kg.watch import Watch

BYTES = ("reading", "storing")
"""Steps that are measured in bytes; the others in things that are done one after the other."""
_MEGA = 1_000_000


@contextmanager
def watching() -> Iterator[Watch]:
    """A `Watch` that draws bars with rate and time left on stderr, and that looks away where it is no terminal."""
    bars = Bars()
    try:
        yield bars if sys.stderr.isatty() else lambda *_: None
    finally:
        bars.end()


class Bars:
    """A bar for each step, one below the other."""

    def __init__(self) -> None:
        self._step, self._done, self._since = "", 0, 0.0
        self._bar: Any = None

    def __call__(self, step: str, done: int, total: int) -> None:
        if step != self._step:
            self.end()
            self._step, self._done, self._since = step, 0, time.monotonic()
            self._bar = self._begin(step, total) if total else None
            if not total:
                click.echo(f"{step} ...", err=True)
        if self._bar is not None and done > self._done:
            self._bar.update(done - self._done, done)
            self._done = done

    def end(self) -> None:
        """Finish the bar that is shown, where there is one."""
        if self._bar is not None:
            self._bar.render_finish()
        self._bar = None

    def _begin(self, step: str, total: int) -> Any:
        def rate(done: int | None) -> str:
            passed = time.monotonic() - self._since
            if not done or passed <= 0:
                return ""
            return f"{done / _MEGA / passed:.1f} MB/s" if step in BYTES else f"{done} of {total}"

        bar = click.progressbar(length=total, label=step, file=sys.stderr, item_show_func=rate, width=30)
        bar.render_progress()
        return bar
