"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from kg.errors import KgError


def write_whole(files: Mapping[Path, bytes | Iterable[str] | Iterable[bytes]]) -> None:
    """Write files, all of them or none: bytes as they are, whole or in pieces, and pieces of text as UTF-8.

    Each goes to a hidden file beside its place; when all are safely on the disk they take their places.
    A place that is no ordinary file, as a pipe, is written directly.

    Raises KgError where a file cannot be written; what stood there before is unchanged.
    """
    hidden: dict[Path, Path] = {}
    path = Path()
    try:
        for path, content in files.items():
            if path.exists() and not path.is_file():
                _write(path, content)
                continue
            place = path.resolve()
            hidden[place] = place.with_name(f".{os.getpid()}.{place.name}.part")
            _write(hidden[place], content)
        for path, part in hidden.items():
            os.replace(part, path)
    except OSError as error:
        raise KgError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from error
    finally:
        for part in hidden.values():
            part.unlink(missing_ok=True)


def _write(path: Path, content: bytes | Iterable[str] | Iterable[bytes]) -> None:
    with path.open("wb") as stream:
        for piece in [content] if isinstance(content, bytes) else content:
            stream.write(piece if isinstance(piece, bytes) else piece.encode())
        stream.flush()
        if path.is_file():
            os.fsync(stream.fileno())
