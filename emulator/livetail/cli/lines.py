"""The lines of a file or a pipe as they come, unpacked where they are gzip.

Descriptors are read without a thread and without Python's buffers: a thread that waits in a buffered read holds a lock,
and that aborts the interpreter at exit.
"""

import contextlib
import os
import select
import zlib
from collections.abc import Iterator
from typing import Final

from livetail.cli.command_parser import CommandError

_PORTION_BYTES: Final = 65_536
_GZIP: Final = b"\x1f\x8b"
_OTHER_FORMATS: Final = {b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"PK\x03\x04": "zip"}


class Input:
    """A file or a pipe of lines.

    Attributes:
        name: what messages call it.
        size: bytes of a regular file; None for a pipe or a terminal.
        position: bytes that have been read, counted before they are unpacked.
    """

    def __init__(self, descriptor: int, name: str) -> None:
        self.name = name
        self.size: int | None = None
        self.position = 0
        self._descriptor = descriptor
        with contextlib.suppress(OSError):
            self.size = os.fstat(descriptor).st_size or None

    def lines(self, max_line_bytes: int, idle_s: float) -> Iterator[bytes | None]:
        """The lines without their line feeds, each as soon as it is complete; None when nothing came for `idle_s`.

        Raises:
            CommandError: it cannot be read, is binary, or has a longer line, which need not be complete for that.
        """
        number = 1
        beginning: list[bytes] = []  # of a line that is not complete
        size = 0
        for portion in self._unpacked(idle_s):
            if portion is None:
                yield None
                continue
            *complete, rest = portion.split(b"\n")
            for line in complete:
                if beginning:
                    line = b"".join((*beginning, line))
                    beginning, size = [], 0
                if len(line) > max_line_bytes + 1:  # a carriage return is not part of the line
                    self._refuse_line(number, max_line_bytes)
                yield line
                number += 1
            beginning.append(rest)
            size += len(rest)
            if size > max_line_bytes + 1:
                self._refuse_line(number, max_line_bytes)
        if last := b"".join(beginning):
            yield last

    def _refuse_line(self, number: int, max_line_bytes: int) -> None:
        raise CommandError(f"line {number} has more than {max_line_bytes:,} bytes, which is the limit")

    def _unpacked(self, idle_s: float) -> Iterator[bytes | None]:
        """The content in portions, or None when nothing came for `idle_s` seconds."""
        portions = self._portions(idle_s)
        first = b""
        while len(first) < 6 and (portion := next(portions, b"")) != b"":
            if portion is None:
                yield None
            else:
                first += portion
                if b"\n" in first:
                    break
        if first.startswith(_GZIP):
            unpacked = _gunzipped(first, portions, self.name)
            first = next(unpacked, b"") or b""
            portions = unpacked
        for magic, form in _OTHER_FORMATS.items():
            if first.startswith(magic):
                raise CommandError(f"{self.name} is {form}, not text; unpack it first (gzip is unpacked)")
        if b"\0" in first:
            raise CommandError(f"{self.name} is binary, not text: byte {first.index(0)} is NUL")
        yield first
        yield from portions

    def _portions(self, idle_s: float) -> Iterator[bytes | None]:
        try:
            while True:
                if not select.select([self._descriptor], [], [], idle_s)[0]:
                    yield None
                    continue
                portion = os.read(self._descriptor, _PORTION_BYTES)
                if not portion:
                    return
                self.position += len(portion)
                yield portion
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise CommandError(f"cannot read {self.name}: {reason}") from None


def _gunzipped(first: bytes, portions: Iterator[bytes | None], name: str) -> Iterator[bytes | None]:
    """The content of the members of a gzip file, in portions of at most 64 KiB."""
    member = zlib.decompressobj(wbits=31)
    portion: bytes | None = first
    try:
        while portion != b"":
            if portion is None:
                yield None
            while portion:
                if member.eof:
                    portion = portion.lstrip(b"\0")  # padding between members
                    if not portion:
                        break
                    member = zlib.decompressobj(wbits=31)
                content = member.decompress(portion, _PORTION_BYTES)
                if content:
                    yield content
                portion = member.unused_data if member.eof else member.unconsumed_tail
            portion = next(portions, b"")
        while not member.eof and (content := member.decompress(b"", _PORTION_BYTES)):
            yield content
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
        reason = getattr(error, "strerror", None) or error
        raise CommandError(f"cannot open {name}: {reason}") from None
    try:
        yield Input(descriptor, name)
    finally:
        os.close(descriptor)
