"""The ten types of header value, in both directions, and each problem that headers can have."""

from uuid import UUID

import pytest

from livetail.wire.headers import (
    MAX_HEADERS_LENGTH,
    EventStreamError,
    Header,
    HeaderType,
    HeaderValue,
    decode_headers,
    encode_headers,
)
from tests.unit.wire.vectors import HEADERS


@pytest.mark.parametrize(("header", "encoded"), HEADERS)
def test_headers_hold_in_both_directions(header: Header, encoded: str) -> None:
    assert encode_headers([header]).hex() == encoded.replace(" ", "")
    assert decode_headers(bytes.fromhex(encoded)) == (header,)


def test_decoded_values_are_of_the_kind_that_their_type_says() -> None:
    # True equals 1 in Python, so that equality alone would not see the one in place of the other.
    for header, encoded in HEADERS:
        (decoded,) = decode_headers(bytes.fromhex(encoded))
        assert type(decoded.value) is type(header.value)
        assert type(decoded.type) is HeaderType


def test_headers_keep_their_order() -> None:
    headers = tuple(Header.string(name, "") for name in ("b", "a", "c"))
    assert decode_headers(encode_headers(headers)) == headers


def test_no_headers_are_no_bytes() -> None:
    assert encode_headers(()) == b""
    assert decode_headers(b"") == ()


def test_a_received_value_may_be_as_long_as_its_length_can_say() -> None:
    (header,) = decode_headers(bytes.fromhex("0176 07 ffff") + b"x" * 65_535)
    assert header.value == "x" * 65_535


@pytest.mark.parametrize(
    ("encoded", "problem"),
    [
        ("00 00", "header name of 0 bytes where 1 bytes of headers remain"),
        ("05 6162", "header name of 5 bytes where 2 bytes of headers remain"),
        ("01", "header name of 1 bytes where 0 bytes of headers remain"),
        ("01ff 00", "header name is not UTF-8: invalid start byte at its byte 0"),
        ("0161", "header 'a' ends before its type"),
        ("0161 0a", "header 'a' has the unknown value type 0x0a"),
        ("0161 ff", "header 'a' has the unknown value type 0xff"),
        ("0161 02", "value of header 'a' reaches 1 bytes beyond the headers"),
        ("0161 05 00000000000000", "value of header 'a' reaches 1 bytes beyond the headers"),
        ("0161 09 00", "value of header 'a' reaches 15 bytes beyond the headers"),
        ("0161 07", "value of header 'a' reaches 2 bytes beyond the headers"),
        ("0161 07 00", "value of header 'a' reaches 1 bytes beyond the headers"),
        ("0161 06 0003 0000", "value of header 'a' reaches 1 bytes beyond the headers"),
        (
            "0161 07 0002 c3c3",
            "value of header 'a' is not UTF-8: invalid continuation byte at its byte 0",
        ),
        (
            "0161 07 0003 eda080",
            "value of header 'a' is not UTF-8: invalid continuation byte at its byte 0",
        ),
        ("0161 00 0162 01 0161 02 00", "duplicate header 'a'"),
        ("0161 00 ff", "header name of 255 bytes where 0 bytes of headers remain"),
    ],
)
def test_bytes_that_are_no_headers(encoded: str, problem: str) -> None:
    with pytest.raises(EventStreamError) as raised:
        decode_headers(bytes.fromhex(encoded))
    assert raised.value.problem == problem


@pytest.mark.parametrize(
    ("type_", "value", "problem"),
    [
        (HeaderType.BOOL_TRUE, False, "header 'n' of type bool_true cannot hold False"),
        (HeaderType.BOOL_FALSE, True, "header 'n' of type bool_false cannot hold True"),
        (HeaderType.BOOL_TRUE, 1, "header 'n' of type bool_true cannot hold a value of int"),
        (HeaderType.BYTE, 128, "header 'n' of type byte cannot hold 128"),
        (HeaderType.BYTE, -129, "header 'n' of type byte cannot hold -129"),
        (HeaderType.BYTE, True, "header 'n' of type byte cannot hold a value of bool"),
        (HeaderType.INT16, 32_768, "header 'n' of type int16 cannot hold 32768"),
        (HeaderType.INT32, -(2**31) - 1, "header 'n' of type int32 cannot hold -2147483649"),
        (HeaderType.INT64, 2**63, "header 'n' of type int64 cannot hold 9223372036854775808"),
        (HeaderType.TIMESTAMP, 2**63, "header 'n' of type timestamp cannot hold 9223372036854775808"),
        (HeaderType.TIMESTAMP, "now", "header 'n' of type timestamp cannot hold a value of str"),
        (HeaderType.STRING, b"n", "header 'n' of type string cannot hold a value of bytes"),
        (HeaderType.BYTE_ARRAY, "n", "header 'n' of type byte_array cannot hold a value of str"),
        (HeaderType.UUID, bytes(16), "header 'n' of type uuid cannot hold a value of bytes"),
        (HeaderType.STRING, UUID(int=0), "header 'n' of type string cannot hold a value of UUID"),
    ],
)
def test_values_that_their_type_cannot_hold(type_: HeaderType, value: HeaderValue, problem: str) -> None:
    with pytest.raises(EventStreamError) as raised:
        encode_headers([Header("n", type_, value)])
    assert str(raised.value) == problem


@pytest.mark.parametrize("name", ["", "n" * 256, "é" * 128])
def test_names_of_a_length_that_cannot_be_written(name: str) -> None:
    with pytest.raises(EventStreamError, match="it must have 1 to 255"):
        encode_headers([Header.string(name, "")])


@pytest.mark.parametrize("header", [Header.string("\ud800", ""), Header.string("a", "\udfff")])
def test_text_that_has_no_utf8(header: Header) -> None:
    with pytest.raises(EventStreamError, match="cannot be written as UTF-8"):
        encode_headers([header])


@pytest.mark.parametrize(
    "header",
    [
        Header.string("a", "x" * 32_768),
        Header.string("a", "é" * 16_384),
        Header("a", HeaderType.BYTE_ARRAY, bytes(32_768)),
    ],
)
def test_values_that_are_too_long(header: Header) -> None:
    with pytest.raises(EventStreamError, match="of 32768 bytes, the maximum is 32767"):
        encode_headers([header])


def test_a_name_comes_once() -> None:
    with pytest.raises(EventStreamError, match="duplicate header 'a'"):
        encode_headers([Header.string("a", ""), Header.string("b", ""), Header("a", HeaderType.BYTE, 1)])


def test_headers_together_have_a_limit() -> None:
    # A name of one byte, its length, the type and the length of the value make 5 bytes; four of these fill it exactly.
    exact = [Header.string(name, "x" * (MAX_HEADERS_LENGTH // 4 - 5)) for name in "abcd"]
    assert len(encode_headers(exact)) == MAX_HEADERS_LENGTH
    with pytest.raises(EventStreamError, match="headers of 131074 bytes, the maximum is 131072"):
        encode_headers([*exact[:3], Header.string("d" * 3, "x" * (MAX_HEADERS_LENGTH // 4 - 5))])
