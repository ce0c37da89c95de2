"""Files that may be packed with gzip or zstd, read as a stream of what is in them."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, cast

from kg.errors import InputError

ENDINGS = (".gz", ".zst")
"""How the names of packed files end; the first bytes of a file say whether it is one."""
Progress: TypeAlias = Callable[[int], object]
"""Called with the number of bytes that were read of the file as it lies on the disk."""

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_CHUNK = 1 << 18
_LARGEST_WINDOW = 1 << 27
"""Bytes that a zstd file may ask the reader to keep; what compressors make by themselves needs less."""


def open_packed(path: Path, told: Progress | None = None) -> BinaryIO:
    """A file for reading bytes, unpacked where its first bytes or its name say that it is gzip or zstd.

    Reading raises InputError where the file is cut off or damaged. Raises InputError where it cannot be opened.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise InputError(f"{path}: it cannot be read ({(error.strerror or str(error)).lower()})") from None
    start = file.peek(4)
    if start.startswith(_ZSTD) or path.suffix == ".zst":
        pieces = _unpack_zstd(_pieces(file, told), str(path))
    elif start.startswith(_GZIP) or path.suffix == ".gz":
        pieces = _unpack_gzip(gzip.GzipFile(fileobj=cast("BinaryIO", _Teller(file, told))), str(path))
    else:
        pieces = _pieces(file, told)
    return cast("BinaryIO", io.BufferedReader(_Stream(file, pieces), _CHUNK))


class _Stream(io.RawIOBase):
    """Pieces of bytes as a stream; closing it closes the file that they come from."""

    def __init__(self, file: BinaryIO, pieces: Iterator[bytes]) -> None:
        self._file, self._pieces, self._rest = file, pieces, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


class _Teller:
    """A file that says how far it was read."""

    def __init__(self, file: BinaryIO, told: Progress | None) -> None:
        self._file, self._told = file, told

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        if self._told is not None:
            self._told(self._file.tell())
        return piece


def _pieces(file: BinaryIO, told: Progress | None) -> Iterator[bytes]:
    return iter(lambda: _Teller(file, told).read(_CHUNK), b"")


def _unpack_gzip(stream: gzip.GzipFile, name: str) -> Iterator[bytes]:
    try:
        while piece := stream.read(_CHUNK):
            yield piece
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"{name}: expected a whole gzip file, got one that cannot be unpacked ({error})") from None


def _unpack_zstd(pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    """Frame after frame; the library takes a frame that is cut off for one that is over, so its end is looked for."""
    import zstandard

    def frame() -> zstandard.ZstdDecompressionObj:
        return zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW).decompressobj()

    unpacker, begun, met = frame(), False, False
    try:
        for piece in pieces:
            rest = piece
            while rest:
                begun = met = True
                yield unpacker.decompress(rest)
                rest = b""
                if unpacker.eof:
                    rest, unpacker, begun = unpacker.unused_data, frame(), False
    except zstandard.ZstdError as error:
        raise InputError(f"{name}: expected a whole zstd file, got one that cannot be unpacked ({error})") from None
    if begun or not met:
        raise InputError(f"{name}: expected a whole zstd file, got one that is cut off")
