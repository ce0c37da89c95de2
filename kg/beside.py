"""Work beside the work of this process, so that another core has something to do.

A process of its own, started anew: the engine has threads, which a copy of this process would not survive; and unlike
`multiprocessing`, nothing of the program that uses this library is run a second time.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from kg.errors import KgError

Send: TypeAlias = Callable[[object], object]
"""What the working function is given, to tell the one that waits for it whatever can be pickled."""

_CHILD = "from kg.beside import serve; serve()"
_FRUGAL = {"MALLOC_ARENA_MAX": "2", "ARROW_DEFAULT_MEMORY_POOL": "system"}
"""Settings of the libraries below: one pool of memory for all threads instead of one for each, given back when free."""


class Beside:
    """A function of this package at work in another process, from now on; its first argument there is a `Send`.

    `frames` gives what it sends, in order. Leaving the `with` block ends the process, finished or not.
    """

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        there = {**_FRUGAL, **os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=there
        )
        assert self._process.stdin is not None
        with self._process.stdin as stream:
            pickle.dump((function, arguments), stream)

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process.kill()
        self._process.wait()

    def frames(self) -> Iterator[Any]:
        """What the function sends, until it has returned; raises what it raises."""
        assert self._process.stdout is not None
        while True:
            try:
                kind, content = pickle.load(self._process.stdout)
            except EOFError:
                raise KgError(
                    f"a process that worked beside this one ended early (exit code {self._process.wait()})"
                ) from None
            if kind == "error":
                raise content
            if kind == "end":
                return
            yield content


def run_frames(function: Callable[..., object], *arguments: object, beside: bool) -> Iterator[Any]:
    """What a function sends: from a process of its own as it sends it, or from this one when it has returned."""
    if beside:
        with Beside(function, *arguments) as work:
            yield from work.frames()
    else:
        sent = list[Any]()
        function(sent.append, *arguments)
        yield from sent


def serve() -> None:
    """The other process: run the function that comes in, and send what it sends, until nobody listens any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who waits for it hears Ctrl-C, and ends it
    out = sys.stdout.buffer

    def send(kind: str, content: object = None) -> None:
        pickle.dump((kind, content), out)
        out.flush()

    try:
        function, arguments = pickle.load(sys.stdin.buffer)
        try:
            function(lambda content: send("sent", content), *arguments)
        except BrokenPipeError:
            raise
        except Exception as error:
            send("error", error)
        else:
            send("end")
    except BrokenPipeError:
        os._exit(1)
