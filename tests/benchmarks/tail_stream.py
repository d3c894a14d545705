"""One tail as the client of the benchmark reads it: lengths only, so that a thousand of them cost little."""

import re
import socket
from typing import Final

_SESSION_ID: Final = re.compile(rb'"sessionId":"([^"]+)"')
_MESSAGES_BEFORE_UPDATES: Final = 2
"""The initial response and the start of the session."""

_NOTHING: Final = memoryview(b"")


class TailStream:
    """A connection with one tail: chunks of HTTP/1.1, and in them messages of an event stream.

    Attributes:
        session_id: empty until the session has started.
        arrivals: when the last byte of each update arrived.
        update_bytes: bytes of all updates.
    """

    __slots__ = (
        "_chunk_left",
        "_headers_read",
        "_length",
        "_message_left",
        "_messages",
        "_start",
        "_unread",
        "arrivals",
        "connection",
        "session_id",
        "update_bytes",
    )

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.session_id = ""
        self.arrivals: list[float] = []
        self.update_bytes = 0
        self._headers_read = False
        self._unread = b""  # what came of the headers, or of a chunk's length, before the rest of it
        self._chunk_left = 0
        self._length = b""  # what has come of the four bytes of a message's length
        self._message_left = 0
        self._messages = 0
        self._start = bytearray()

    def feed(self, data: memoryview, now: float) -> None:
        """Take what was received at `now`.

        Raises:
            RuntimeError: the server refuses, or ends the stream.
        """
        if self._unread:
            data = memoryview(self._unread + bytes(data))
            self._unread = b""
        if not self._headers_read:
            data = self._behind_headers(data)
        while data:
            if not self._chunk_left:
                data = self._behind_chunk_length(data)
            within, data = data[: self._chunk_left], data[self._chunk_left :]
            self._chunk_left -= len(within)
            self._feed_messages(within, now)

    def _behind_headers(self, data: memoryview) -> memoryview:
        received = bytes(data)
        end = received.find(b"\r\n\r\n")
        if end < 0:
            self._unread = received
            return _NOTHING
        if not received.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"the server answered {received!r}")
        self._headers_read = True
        return data[end + 2 :]  # as behind any chunk, there is the end of a line

    def _behind_chunk_length(self, data: memoryview) -> memoryview:
        line = bytes(data[:24])
        end = line.find(b"\r\n", 2)
        if end < 0:
            self._unread = bytes(data)
            return _NOTHING
        self._chunk_left = int(line[2:end], 16)
        if not self._chunk_left:
            raise RuntimeError("the server has ended a stream")
        return data[end + 2 :]

    def _feed_messages(self, data: memoryview, now: float) -> None:
        while data:
            if not self._message_left:
                missing = 4 - len(self._length)
                self._length += data[:missing]
                data = data[missing:]
                if len(self._length) < 4:
                    return
                size = int.from_bytes(self._length, "big")
                self._length = b""
                self._message_left = size - 4
                if self._messages >= _MESSAGES_BEFORE_UPDATES:
                    self.update_bytes += size
            within, data = data[: self._message_left], data[self._message_left :]
            self._message_left -= len(within)
            if self._messages < _MESSAGES_BEFORE_UPDATES:
                self._start += within
            if not self._message_left:
                self._end_message(now)

    def _end_message(self, now: float) -> None:
        self._messages += 1
        if self._messages > _MESSAGES_BEFORE_UPDATES:
            self.arrivals.append(now)
        elif self._messages == _MESSAGES_BEFORE_UPDATES:
            found = _SESSION_ID.search(self._start)
            if found is None:
                raise RuntimeError(f"no session starts with {bytes(self._start)!r}")
            self.session_id = found[1].decode()
            self._start.clear()
