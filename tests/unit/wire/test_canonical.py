"""Requests in their canonical form, part by part; the whole of it is tested by the signatures made of it."""

import pytest

from livetail.wire.canonical import (
    basic_time,
    canonical_path,
    canonical_query,
    canonical_request,
    parse_basic_time,
    parse_http_time,
)
from tests.unit.wire.signed_requests import AT, EMPTY, HOST, build


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        (b"", b"/"),
        (b"/", b"/"),
        (b"/a//b/./c/", b"/a/b/c/"),
        (b"/../a", b"/a"),
        (b"/a%2Fb c", b"/a%252Fb%20c"),
    ],
)
def test_paths(path: bytes, canonical: bytes) -> None:
    assert canonical_path(path) == canonical


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        (b"", b""),
        (b"b&a=&&c=1=2", b"a=&b=&c=1%3D2"),
        (b"a=x+y&a=%7e%2f", b"a=x%20y&a=~%2F"),
        (b"X-Amz-Signature=00&X-Amz-Date=1", b"X-Amz-Date=1"),
        (b"A=1&a=1&A1=0&A-=0", b"A=1&A-=0&A1=0&a=1"),
    ],
)
def test_queries(query: bytes, canonical: bytes) -> None:
    assert canonical_query(query) == canonical


def test_a_signed_header_that_is_not_there_is_not_one_that_is_empty() -> None:
    absent = canonical_request(build("POST /", HOST), ("host", "x-a"), EMPTY)
    empty = canonical_request(build("POST /", HOST, ("X-A", " ")), ("host", "x-a"), EMPTY)
    assert absent == f"POST\n/\n\nhost:{HOST[1]}\n\nhost;x-a\n{EMPTY}".encode()
    assert empty == f"POST\n/\n\nhost:{HOST[1]}\nx-a:\n\nhost;x-a\n{EMPTY}".encode()


def test_the_authority_of_http_2_is_the_host() -> None:
    canonical = canonical_request(build("POST /", HOST), (":authority",), EMPTY)
    assert canonical == f"POST\n/\n\n:authority:{HOST[1]}\n\n:authority\n{EMPTY}".encode()


def test_times() -> None:
    assert parse_basic_time("20150830T123600Z") == AT
    assert parse_http_time("Sun, 30 Aug 2015 12:36:00 GMT") == AT
    assert basic_time(AT + 999) == "20150830T123600Z"
