"""The bytes and the lines of a file or a pipe, as they arrive; the lines of a gzip file are unpacked.

Descriptors are read without a thread and without Python's buffers: a thread that waits in a buffered read holds a lock,
and that aborts the interpreter at exit.
"""

import contextlib
import os
import select
import zlib
from collections.abc import Iterator
from itertools import chain
from typing import Final

from livetail.cli.command_parser import CommandError

_PORTION_BYTES: Final = 65_536
_GZIP: Final = b"\x1f\x8b"
_PACKED: Final = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"PK\x03\x04": "zip"}
"""The first bytes of other packed files; a NUL marks most binary files, but a short packed one may lack it."""


class Input:
    """A file or a pipe.

    Attributes:
        name: its name in messages.
        size_bytes: of a regular file; None for a pipe or a terminal.
        position: bytes that have been read, counted before they are unpacked.
    """

    def __init__(self, descriptor: int, name: str) -> None:
        self.name = name
        self.size_bytes: int | None = None
        self.position = 0
        self._descriptor = descriptor
        with contextlib.suppress(OSError):
            self.size_bytes = os.fstat(descriptor).st_size or None

    def portions(self, idle_s: float | None = None) -> Iterator[bytes]:
        """The bytes in portions, as they arrive; an empty one when nothing arrived for `idle_s`.

        Raises:
            CommandError: it cannot be read.
        """
        try:
            while True:
                if not select.select([self._descriptor], [], [], idle_s)[0]:
                    yield b""
                    continue
                portion = os.read(self._descriptor, _PORTION_BYTES)
                if not portion:
                    return
                self.position += len(portion)
                yield portion
        except (OSError, ValueError) as error:
            raise CommandError(f"cannot read {self.name}: {getattr(error, 'strerror', None) or error}") from None

    def lines(self, max_line_bytes: int, idle_s: float) -> Iterator[bytes | None]:
        """The lines without line feeds, each as soon as it is complete; None when nothing arrived for `idle_s`.

        Raises:
            CommandError: it cannot be read, is binary, or has a longer line, even an incomplete one.
        """
        number, size = 1, 0
        pieces: list[bytes] = []  # of a line that is not complete
        for portion in self._unpacked(idle_s):
            if not portion:
                yield None
                continue
            for position, piece in enumerate(portion.split(b"\n")):
                if position > 0:
                    yield b"".join(pieces)
                    number, size, pieces = number + 1, 0, []
                pieces.append(piece)
                size += len(piece)
                if size > max_line_bytes + 1:  # a carriage return is not part of the line
                    raise CommandError(f"line {number} has more than {max_line_bytes:,} bytes, which is the limit")
        if last := b"".join(pieces):
            yield last

    def _unpacked(self, idle_s: float) -> Iterator[bytes]:
        """The bytes as `portions` gives them, unpacked if they are gzip. Raises CommandError if they are no text."""
        first, portions = _look_at_first(self.portions(idle_s))
        for magic, kind in _PACKED.items():
            if first.startswith(magic):
                raise CommandError(f"{self.name} is {kind}, not text; unpack it first (gzip is unpacked)")
        if first.startswith(_GZIP):
            first, portions = _look_at_first(_gunzipped(portions, self.name))
        if b"\0" in first:
            raise CommandError(f"{self.name} is binary, not text: byte {first.index(0)} is NUL")
        return portions


def _look_at_first(portions: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first portion that has bytes, and all portions from this one on."""
    first = next(filter(None, portions), b"")
    return first, chain([first], portions)


def _gunzipped(portions: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The content of the members of a gzip file, in portions of at most 64 KiB; empty portions are passed on."""
    member = zlib.decompressobj(wbits=31)
    try:
        for portion in portions:
            if not portion:
                yield portion
            while portion:
                if member.eof:
                    portion = portion.lstrip(b"\0")  # padding between members
                    if not portion:
                        break
                    member = zlib.decompressobj(wbits=31)
                if content := member.decompress(portion, _PORTION_BYTES):
                    yield content
                portion = member.unused_data if member.eof else member.unconsumed_tail
    except zlib.error as error:
        raise CommandError(f"{name} cannot be unpacked: {error}") from None
    if not member.eof:
        raise CommandError(f"{name} cannot be unpacked: its end is missing")


@contextlib.contextmanager
def open_input(name: str) -> Iterator[Input]:
    """Open a file; `-` is standard input.

    Raises:
        CommandError: it cannot be opened.
    """
    if name == "-":
        yield Input(0, "standard input")
        return
    try:
        descriptor = os.open(name, os.O_RDONLY)
    except (OSError, ValueError) as error:
        raise CommandError(f"cannot read {name}: {getattr(error, 'strerror', None) or error}") from None
    try:
        yield Input(descriptor, name)
    finally:
        os.close(descriptor)
