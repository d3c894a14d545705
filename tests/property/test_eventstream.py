"""The codec of event streams over generated messages: both ways, in portions, damaged anywhere, against botocore."""

from typing import Any

import botocore.eventstream
from hypothesis import example, given
from hypothesis import strategies as st

from livetail.wire.eventstream import Decoder, EventStreamError, Header, HeaderType, Message, decode_headers
from tests.unit.wire.codec import decode, encode, encode_headers, frame
from tests.unit.wire.vectors import WELL_FORMED, WellFormed


def integers(bits: int) -> st.SearchStrategy[int]:
    return st.integers(min_value=-(2 ** (bits - 1)), max_value=2 ** (bits - 1) - 1)


# Every character that UTF-8 has. The ready-made `characters()` first builds a table of them all, which takes seconds.
CHARACTERS = st.one_of(st.integers(0, 0x7F), st.integers(0x80, 0xD7FF), st.integers(0xE000, 0x10FFFF)).map(chr)

VALUES: dict[HeaderType, st.SearchStrategy[Any]] = {
    HeaderType.BOOL_TRUE: st.just(True),
    HeaderType.BOOL_FALSE: st.just(False),
    HeaderType.BYTE: integers(8),
    HeaderType.INT16: integers(16),
    HeaderType.INT32: integers(32),
    HeaderType.INT64: integers(64),
    HeaderType.BYTE_ARRAY: st.binary(max_size=300),
    HeaderType.STRING: st.text(CHARACTERS, max_size=20),
    HeaderType.TIMESTAMP: integers(64),
    HeaderType.UUID: st.uuids(),
}

NAMES = st.text(CHARACTERS, min_size=1, max_size=12)

HEADERS = st.sampled_from(HeaderType).flatmap(
    lambda type_: st.builds(Header, name=NAMES, type=st.just(type_), value=VALUES[type_])
)

MESSAGES = st.builds(
    Message,
    headers=st.lists(HEADERS, max_size=4, unique_by=lambda header: header.name).map(tuple),
    payload=st.binary(max_size=300),
)

# Any bytes, and bytes that are headers nearly to their end, so that problems come late as well as at once.
SOME_HEADERS = st.lists(HEADERS, max_size=3, unique_by=lambda header: header.name).map(
    lambda headers: encode_headers(headers)
)
NEARLY_HEADERS = st.binary(max_size=40) | st.tuples(SOME_HEADERS, st.binary(max_size=8)).map(b"".join)


def read_by_botocore(stream: bytes) -> list[tuple[dict[str, Any], bytes]]:
    buffer = botocore.eventstream.EventStreamBuffer()
    buffer.add_data(stream)
    return [(message.headers, message.payload) for message in buffer]


def as_botocore_reads(message: Message) -> tuple[dict[str, Any], bytes]:
    return (
        {
            header.name: header.value.bytes if header.type is HeaderType.UUID else header.value  # type: ignore[union-attr]
            for header in message.headers
        },
        message.payload,
    )


@given(MESSAGES)
def test_a_message_comes_back_as_it_was(message: Message) -> None:
    (decoded,) = decode(encode(message))
    assert decoded == message
    assert [type(header.value) for header in decoded.headers] == [type(header.value) for header in message.headers]


@given(st.lists(MESSAGES, max_size=4), st.lists(st.integers(min_value=0, max_value=2_000)))
def test_portions_do_not_matter(messages: list[Message], cuts: list[int]) -> None:
    stream = b"".join(map(encode, messages))
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    decoder = Decoder()
    decoded: list[Message] = []
    for start, end in zip(edges, edges[1:], strict=False):
        decoder.receive_data(stream[start:end])
        decoded += decoder
    decoder.end_of_input()
    assert decoded == messages
    assert decoder.offset == len(stream)


@given(MESSAGES, MESSAGES, st.data())
def test_one_damaged_byte_is_always_found(before: Message, message: Message, data: st.DataObject) -> None:
    intact, damaged = encode(before), bytearray(encode(message))
    place = data.draw(st.integers(min_value=0, max_value=len(damaged) - 1))
    damaged[place] ^= data.draw(st.integers(min_value=1, max_value=255))
    decoder = Decoder()
    decoder.receive_data(intact + damaged)
    assert decoder.next_message() == before
    try:
        wrong = decoder.next_message()
    except EventStreamError as error:
        assert error.offset == len(intact)
    else:
        raise AssertionError(f"damage at byte {place} was not found: {wrong}")


@given(MESSAGES, st.data())
def test_a_message_without_its_end_is_always_found(message: Message, data: st.DataObject) -> None:
    whole = encode(message)
    decoder = Decoder()
    decoder.receive_data(whole[: data.draw(st.integers(min_value=1, max_value=len(whole) - 1))])
    assert decoder.next_message() is None
    try:
        decoder.end_of_input()
    except EventStreamError as error:
        assert error.offset == 0
    else:
        raise AssertionError("the end was not missed")


@given(st.binary(max_size=200))
@example(bytes(16))
@example(b"\xff" * 16)
def test_any_bytes_raise_nothing_but_our_errors(stream: bytes) -> None:
    try:
        messages = decode(stream)
    except EventStreamError as error:
        assert error.offset is not None
        assert len(str(error).splitlines()) == 1
    else:
        assert b"".join(map(encode, messages)) == stream


@given(NEARLY_HEADERS)
def test_any_bytes_for_headers_raise_nothing_but_our_errors(encoded: bytes) -> None:
    try:
        headers = decode_headers(encoded)
    except EventStreamError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert encode_headers(headers) == encoded


@given(st.lists(MESSAGES, max_size=3))
def test_botocore_reads_what_we_write(messages: list[Message]) -> None:
    assert read_by_botocore(b"".join(map(encode, messages))) == [as_botocore_reads(message) for message in messages]


@given(NEARLY_HEADERS, st.binary(max_size=20))
def test_we_read_nothing_that_botocore_reads_otherwise(headers: bytes, payload: bytes) -> None:
    stream = frame(headers, payload)
    try:
        messages = decode(stream)
    except EventStreamError:
        # botocore is less strict: it takes values that are cut off, and names without a letter.
        return
    assert read_by_botocore(stream) == [as_botocore_reads(message) for message in messages]


@given(st.sampled_from(WELL_FORMED), st.data())
def test_we_refuse_what_botocore_refuses(vector: WellFormed, data: st.DataObject) -> None:
    damaged = bytearray(vector.frame)
    for _ in range(data.draw(st.integers(min_value=1, max_value=3))):
        place = data.draw(st.integers(min_value=0, max_value=len(damaged) - 1))
        damaged[place] = data.draw(st.integers(min_value=0, max_value=255))
    try:
        expected = read_by_botocore(bytes(damaged))
    except botocore.eventstream.ParserError:
        try:
            decode(bytes(damaged))
        except EventStreamError:
            return
        raise AssertionError("botocore refuses it, and we do not") from None
    assert expected == [as_botocore_reads(message) for message in decode(bytes(damaged))]
