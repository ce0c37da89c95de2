"""Publishing a version of a store: beside the old one, then switched.

```
STORE/CURRENT                 the name of the version that readers open
STORE/versions/<graph version>/
    sources/*.nq, identity.tsv   the raw truth: one file a source, and the identity decisions
    oxigraph/                    the published graph, in the embedded engine
    names.sqlite, ties.parquet   what is looked up and analysed, made of the same graph
    FORMAT, version.json         how this version is laid out, and what it was made of
```

A reader sees the old version or the new one, never half of either; whoever is killed on the way
leaves a folder that the next publish sweeps away. Two versions are kept, so that a reader that has
just opened the old one can finish.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from kg.errors import KgError, StoreError
from kg.store.view import CURRENT, VERSIONS, current_version

SOURCES = "sources"
_UNFINISHED = ".unfinished-"
_KEPT_VERSIONS = 2
_LOCK_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Draft:
    """A version in the making: `folder` is its place, `sources` its raw files, `current` the version before it."""

    folder: Path
    current: Path | None

    @property
    def sources(self) -> Path:
        """The folder of raw source files, filled with those of the current version."""
        return self.folder / SOURCES


@contextmanager
def draft_version(store: Path, *, anew: bool = False) -> Iterator[Draft]:
    """Begin a version that holds the current one's sources; whatever goes wrong, the store stays as it was.

    With `anew`, a store whose current version is lost counts as one that has none.
    Raises StoreError where the store is locked by another writer or the disk says no.
    """
    from filelock import FileLock, Timeout

    versions = store / VERSIONS
    try:
        versions.mkdir(parents=True, exist_ok=True)
        with FileLock(store / "lock", timeout=_LOCK_SECONDS):
            _sweep(versions)
            folder = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=versions))
            folder.chmod(0o755)
            try:
                draft = Draft(folder, _current(store, anew))
                _adopt_sources(draft)
                yield draft
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except Timeout:
        raise StoreError(f"{store}: another command is writing this store; try again when it has finished") from None
    except KgError:
        raise
    except OSError as error:
        raise StoreError(
            f"{store}: the store cannot be written ({error.strerror or error}); nothing was changed"
        ) from None


def switch_version(store: Path, draft: Draft, version: str) -> None:
    """Make a finished draft the current version, in one step."""
    target = store / VERSIONS / version
    (draft.folder / CURRENT).write_text(version + "\n", encoding="ascii")
    _sync_tree(draft.folder)
    if target.exists():
        shutil.rmtree(target)
    os.rename(draft.folder, target)
    _sync(target.parent)
    os.replace(target / CURRENT, store / CURRENT)
    _sync(store)
    _prune(store, keep={version, draft.current.name if draft.current else version})


def sources_before(store: Path) -> Path:
    """The raw source files of the version before the current one; raises StoreError where none is kept."""
    current = current_version(store)
    others = [folder for folder in (store / VERSIONS).glob("[0-9a-f]*") if current and folder != current]
    if not others:
        raise StoreError(
            f"{store}: expected a store with a version before its current one, got none; name a second to compare"
        )
    return max(others, key=lambda folder: folder.stat().st_mtime) / SOURCES


def _current(store: Path, anew: bool) -> Path | None:
    with suppress(*([StoreError] if anew else [])):
        return current_version(store)
    return None


def _adopt_sources(draft: Draft) -> None:
    draft.sources.mkdir()
    for file in sorted((draft.current / SOURCES).iterdir()) if draft.current else ():
        try:
            os.link(file, draft.sources / file.name)
        except OSError:  # a file system without hard links
            shutil.copyfile(file, draft.sources / file.name)


def _sweep(versions: Path) -> None:
    for folder in versions.glob(_UNFINISHED + "*"):
        shutil.rmtree(folder, ignore_errors=True)


def _prune(store: Path, keep: set[str]) -> None:
    folders = sorted((store / VERSIONS).iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    others = [folder for folder in folders if folder.name not in keep]
    for folder in others[max(0, _KEPT_VERSIONS - len(keep)) :]:
        shutil.rmtree(folder, ignore_errors=True)


def _sync_tree(folder: Path) -> None:
    for parent, _, files in os.walk(folder):
        for name in files:
            _sync(Path(parent, name))
        _sync(Path(parent))


def _sync(path: Path) -> None:
    """Ask the disk to keep what was written; folders cannot be asked on Windows."""
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
