"""Whole messages: published vectors both ways, portions, each problem of a frame, and what comes after one."""

import pytest

from livetail.wire.eventstream import (
    MAX_MESSAGE_LENGTH,
    MAX_PAYLOAD_LENGTH,
    Decoder,
    EventStreamError,
    FrameTemplate,
    Message,
)
from tests.unit.wire.codec import decode, encode, frame, prelude, string_header
from tests.unit.wire.vectors import BAD, WELL_FORMED, Bad, WellFormed

EMPTY = bytes.fromhex("000000100000000005c248eb7d98c8ff")


@pytest.mark.parametrize("vector", WELL_FORMED, ids=lambda vector: vector.name)
def test_vectors_decode(vector: WellFormed) -> None:
    assert decode(vector.frame) == [vector.message]


@pytest.mark.parametrize("vector", WELL_FORMED, ids=lambda vector: vector.name)
def test_the_encoder_of_these_tests_writes_them_too(vector: WellFormed) -> None:
    assert encode(vector.message) == vector.frame


@pytest.mark.parametrize("vector", BAD, ids=lambda vector: vector.name)
def test_bad_vectors_are_refused(vector: Bad) -> None:
    with pytest.raises(EventStreamError) as raised:
        decode(vector.stream)
    assert str(raised.value) == vector.text


def test_the_vectors_make_one_stream_too() -> None:
    assert decode(b"".join(vector.frame for vector in WELL_FORMED)) == [vector.message for vector in WELL_FORMED]


def test_messages_come_out_byte_by_byte() -> None:
    decoder = Decoder()
    messages: list[Message] = []
    for byte in b"".join(vector.frame for vector in WELL_FORMED):
        decoder.receive_data(bytes([byte]))
        messages += decoder
    decoder.end_of_input()
    assert messages == [vector.message for vector in WELL_FORMED]


def test_a_message_is_there_with_its_last_byte_and_not_before() -> None:
    decoder = Decoder()
    decoder.receive_data(EMPTY[:-1])
    assert decoder.next_message() is None
    decoder.receive_data(EMPTY[-1:])
    assert decoder.next_message() == Message((), b"")
    assert decoder.next_message() is None


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_of_any_kind_are_taken(kind: type[bytes] | type[bytearray] | type[memoryview]) -> None:
    decoder = Decoder()
    decoder.receive_data(kind(EMPTY))
    assert list(decoder) == [Message((), b"")]


def test_what_was_received_may_change_afterwards() -> None:
    decoder = Decoder()
    received = bytearray(frame(b"", b"payload"))
    decoder.receive_data(received)
    received[:] = bytes(len(received))
    assert list(decoder) == [Message((), b"payload")]


def test_the_offset_counts_what_has_been_taken() -> None:
    decoder = Decoder()
    decoder.receive_data(EMPTY + EMPTY + EMPTY[:5])
    assert decoder.offset == 0
    decoder.next_message()
    assert decoder.offset == 16
    assert list(decoder) == [Message((), b"")]
    assert decoder.offset == 32


def test_headers_are_found_by_name() -> None:
    message = Message((string_header(":event-type", "sessionStart"),), b"")
    assert message.header(":event-type") == "sessionStart"
    assert message.header(":error-code") is None


def test_a_template_makes_the_same_frames_as_encode() -> None:
    headers = (string_header("a", "b"), string_header("c", "é"))
    template = FrameTemplate(("a", "b"), ("c", "é"))
    for parts in ([], [b""], [b"one"], [b"one", b"", b"two"]):
        assert template.frame(parts) == encode(Message(headers, b"".join(parts)))
    assert template.frame(iter((b"one", b"two"))) == encode(Message(headers, b"onetwo"))


@pytest.mark.parametrize(
    ("start", "problem"),
    [
        (prelude(15, 0), "invalid message length 15, it must be from 16 to 25296912"),
        (prelude(0, 0), "invalid message length 0, it must be from 16 to 25296912"),
        (
            prelude(MAX_MESSAGE_LENGTH + 1, 0),
            "invalid message length 25296913, it must be from 16 to 25296912",
        ),
        (
            prelude(2**32 - 1, 2**32 - 1),
            "invalid message length 4294967295, it must be from 16 to 25296912",
        ),
        (prelude(16, 1), "invalid headers length 1 in a message of 16 bytes"),
        (prelude(200_000, 131_073), "headers of 131073 bytes, the maximum is 131072"),
        (prelude(16, 2**32 - 1), "headers of 4294967295 bytes, the maximum is 131072"),
        (
            prelude(16 + MAX_PAYLOAD_LENGTH + 1, 0),
            "payload of 25165825 bytes, the maximum is 25165824",
        ),
        (
            prelude(2**32 - 1, 0)[:8] + bytes(4),
            "prelude checksum mismatch: expected 0x00000000, calculated 0xffffffff",
        ),
    ],
)
def test_a_bad_prelude_is_refused_at_once(start: bytes, problem: str) -> None:
    decoder = Decoder()
    decoder.receive_data(EMPTY + start[:-1])
    assert list(decoder) == [Message((), b"")]
    decoder.receive_data(start[-1:])
    with pytest.raises(EventStreamError) as raised:
        decoder.next_message()
    assert str(raised.value) == f"message at byte 16: {problem}"
    assert raised.value.offset == 16


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ("0161 0a", "message at byte 16: header 'a' has the unknown value type 0x0a"),
        ("010a 00 010a 00", r"message at byte 16: duplicate header '\n'"),
    ],
)
def test_problems_of_headers_have_a_place_and_one_line(headers: str, text: str) -> None:
    decoder = Decoder()
    decoder.receive_data(EMPTY + frame(bytes.fromhex(headers)))
    assert decoder.next_message() == Message((), b"")
    with pytest.raises(EventStreamError) as raised:
        decoder.next_message()
    assert str(raised.value) == text


def test_the_largest_message() -> None:
    message = Message(
        tuple(string_header(name, "x" * 32_763) for name in "abcd"),
        bytes(MAX_PAYLOAD_LENGTH),
    )
    encoded = encode(message)
    assert len(encoded) == MAX_MESSAGE_LENGTH
    assert decode(encoded) == [message]


def test_a_payload_can_be_too_long_to_encode() -> None:
    with pytest.raises(EventStreamError, match="^payload of 25165825 bytes, the maximum is 25165824$") as raised:
        FrameTemplate().frame((bytes(MAX_PAYLOAD_LENGTH), b"1"))
    assert raised.value.offset is None


def test_after_a_bad_message_there_are_no_others() -> None:
    decoder = Decoder()
    decoder.receive_data(EMPTY + b"\xff" + EMPTY + EMPTY)
    assert decoder.next_message() == Message((), b"")
    with pytest.raises(EventStreamError) as first:
        decoder.next_message()
    decoder.receive_data(EMPTY)
    for attempt in (decoder.next_message, decoder.end_of_input):
        with pytest.raises(EventStreamError) as again:
            attempt()
        assert again.value.problem == first.value.problem


def test_the_end_of_input_between_messages_is_fine() -> None:
    decoder = Decoder()
    decoder.end_of_input()
    decoder.receive_data(EMPTY)
    assert list(decoder) == [Message((), b"")]
    decoder.end_of_input()


@pytest.mark.parametrize("length", range(1, 16))
def test_the_end_of_input_within_a_message_is_an_error(length: int) -> None:
    decoder = Decoder()
    decoder.receive_data(EMPTY + EMPTY[:length])
    assert list(decoder) == [Message((), b"")]
    with pytest.raises(EventStreamError) as raised:
        decoder.end_of_input()
    assert raised.value.offset == 16


def test_the_end_of_input_reports_a_bad_prelude() -> None:
    decoder = Decoder()
    decoder.receive_data(bytes(12))
    with pytest.raises(EventStreamError):
        decoder.end_of_input()
