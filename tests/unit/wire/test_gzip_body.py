"""Bodies of `Content-Encoding: gzip`: what is read, and that no body costs more than its size."""

import gzip
import tracemalloc

import pytest

from livetail.core.errors import RequestEntityTooLargeException, SerializationException
from livetail.wire.gzip_body import MAX_MEMBERS, gunzip

EMPTY_MEMBER = gzip.compress(b"", mtime=0)


@pytest.mark.parametrize("body", [b"", b"{}", b"x" * 1000])
def test_gunzip(body: bytes) -> None:
    assert gunzip(gzip.compress(body), 1000) == body


def test_several_members_are_one_body() -> None:
    assert gunzip(gzip.compress(b"ab") + EMPTY_MEMBER + gzip.compress(b"cd") + b"\0\0\0", 4) == b"abcd"


def test_members_end_anywhere_in_a_piece() -> None:
    bodies = [bytes([number % 256]) * number for number in range(0, 400, 7)]
    packed = b"".join(gzip.compress(body, compresslevel=0) for body in bodies)
    assert len(packed) > 8_192
    assert gunzip(packed, 100_000) == b"".join(bodies)
    assert gunzip(gzip.compress(b"a") + b"\0" * 9_000 + gzip.compress(b"b"), 2) == b"ab"


def test_a_body_of_very_many_members_is_refused() -> None:
    """Five thousand bodies of zeros between a thousand members took the square of their length."""
    assert gunzip((EMPTY_MEMBER + b"\0" * 5_000) * MAX_MEMBERS, 1) == b""
    with pytest.raises(SerializationException) as raised:
        gunzip((EMPTY_MEMBER + b"\0" * 5) * (MAX_MEMBERS + 1), 1)
    assert raised.value.message == "The request body has more than 1000 gzip members."


@pytest.mark.parametrize("limit", [0, 1, 999])
def test_bound_on_what_is_unpacked(limit: int) -> None:
    for packed in (gzip.compress(b"x" * 1000), gzip.compress(b"x" * 500) * 2):
        with pytest.raises(RequestEntityTooLargeException) as raised:
            gunzip(packed, limit)
        assert raised.value.message == f"The request body unpacks to more than {limit} bytes."


def test_a_bomb_costs_no_more_than_the_bound() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(RequestEntityTooLargeException):
            gunzip(bomb, 100_000)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"\x1f\x8b",
        gzip.compress(b"hello", mtime=0)[:-1],
        gzip.compress(b"hello", mtime=0) + b"x",
        gzip.compress(b"hi", mtime=0)[:-8] + b"12345678",
    ],
)
def test_what_is_not_gzip(body: bytes) -> None:
    with pytest.raises(SerializationException):
        gunzip(body, 1000)
