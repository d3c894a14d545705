"""The ten types of header value, in both directions, and each problem that headers can have."""

import pytest

from livetail.wire.eventstream import EventStreamError, Header, HeaderType, decode_headers, encode_string_header
from tests.unit.wire.codec import encode_headers, string_header
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
    headers = tuple(string_header(name, "") for name in ("b", "a", "c"))
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


def test_a_header_of_a_string_is_written_as_it_is_read() -> None:
    for header, encoded in HEADERS:
        if isinstance(header.value, str):
            assert encode_string_header(header.name, header.value).hex() == encoded.replace(" ", "")


def test_text_that_has_no_utf8() -> None:
    with pytest.raises(EventStreamError, match="^value of header 'a' cannot be written as UTF-8$"):
        encode_string_header("a", "\udfff")


@pytest.mark.parametrize("value", ["x" * 32_768, "é" * 16_384])
def test_values_that_are_too_long(value: str) -> None:
    with pytest.raises(EventStreamError, match="of 32768 bytes, the maximum is 32767"):
        encode_string_header("a", value)
