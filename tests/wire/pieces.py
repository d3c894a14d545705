"""A tail as it comes over HTTP/1.1 and HTTP/2, piece by piece, whole or broken, and how its connection then ends."""

import json
import select
from collections import deque
from dataclasses import dataclass, field
from typing import TypeAlias

from h2.events import DataReceived, Event

from livetail.testing.handle import LiveTail
from tests.wire.frames import Frame, split
from tests.wire.http1 import Http1, aws_headers, request_bytes
from tests.wire.http2 import Http2

__all__ = ["GROUP", "Body", "Wire", "Wire1", "Wire2", "is_quiet", "read_body", "read_messages"]

GROUP = "/app/api"
"""The log group that these tails are on."""


class Wire1(Http1):
    """A tail over HTTP/1.1; its pieces are the chunks."""

    def begin(self) -> None:
        request = {"logGroupIdentifiers": [self.emulator.log_group_arn(GROUP)]}
        self.send(request_bytes(headers=aws_headers("StartLiveTail"), body=json.dumps(request).encode()))

    def open(self) -> None:
        self.begin()
        assert self.read_head().startswith(b"HTTP/1.1 200 ")
        self._pieces = self.chunks()

    def piece(self) -> bytes | None:
        return next(self._pieces, None)

    @property
    def has_unread(self) -> bool:
        return bool(self.unread)

    @property
    def untouched(self) -> bool:
        """Whether no byte of a response has arrived."""
        return not self.unread

    def wait_for_more(self) -> None:
        self._receive()


class Wire2(Http2):
    """A tail over HTTP/2; its pieces are what is in the DATA frames. It opens no windows: nothing is ever sent back."""

    def __init__(self, emulator: LiveTail) -> None:
        self._pieces: deque[bytes] = deque()
        self._failure: ConnectionError | None = None
        self._stream = 1
        super().__init__(emulator, opens_windows=False)

    def begin(self) -> None:
        request = {"logGroupIdentifiers": [self.emulator.log_group_arn(GROUP)]}
        self._stream = self.start("POST", "/", json.dumps(request).encode(), aws_headers("StartLiveTail"))

    def open(self) -> None:
        self.begin()
        assert self.head(self._stream).startswith(b"HTTP/2 200")

    def piece(self) -> bytes | None:
        while not self._pieces:
            if self._failure is not None:
                raise self._failure
            if self._stream in self.ended:
                return None
            self._check(self._stream)
            try:
                self.receive()
            except ConnectionError as error:  # it may have come with the last bytes
                self._failure = error
        return self._pieces.popleft()

    @property
    def has_unread(self) -> bool:
        return bool(self._pieces)

    @property
    def untouched(self) -> bool:
        return not self.heads and not self.was_reset and not self.goes_away

    def wait_for_more(self) -> None:
        self.receive()

    def _take_in(self, event: Event) -> None:
        super()._take_in(event)
        if isinstance(event, DataReceived) and event.stream_id == self._stream and event.data:
            self._pieces.append(event.data)


Wire: TypeAlias = Wire1 | Wire2


@dataclass
class Body:
    """What arrived before the end, and how it ended: `end` of the body, `FIN` or `RST` of the connection before it."""

    data: bytes = b""
    pieces: list[bytes] = field(default_factory=list)
    ended_by: str = "end"

    @property
    def frames(self) -> list[Frame]:
        """All messages, of which none may be broken."""
        frames, rest = split(self.data)
        assert not rest
        return frames

    @property
    def messages(self) -> list[bytes]:
        return [frame.raw for frame in self.frames]

    @property
    def kinds(self) -> list[str]:
        return [frame.kind for frame in self.frames]


def read_body(wire: Wire) -> Body:
    body = Body()
    try:
        while (piece := wire.piece()) is not None:
            body.pieces.append(piece)
            body.data += piece
    except ConnectionResetError:
        body.ended_by = "RST"
    except ConnectionError:
        body.ended_by = "FIN"
    return body


def read_messages(wire: Wire, count: int) -> list[bytes]:
    """The next messages. Over HTTP/2 some share a DATA frame, if they are written at once."""
    data = b""
    while len(split(data)[0]) < count:
        piece = wire.piece()
        assert piece is not None
        data += piece
    frames, rest = split(data)
    assert len(frames) == count and not rest
    return [frame.raw for frame in frames]


def is_quiet(wire: Wire) -> bool:
    """Whether no byte of the body can be read yet. A response to a later request shows that no more follows."""
    while select.select([wire.socket], [], [], 0)[0]:
        wire.wait_for_more()
    return not wire.has_unread
