"""The messages of a session are pinned byte for byte, and botocore reads them."""

import json
from collections.abc import Callable

import botocore.eventstream
import pytest

from livetail.live.encoding import session_update_json
from livetail.live.window import Update
from livetail.wire import livetail
from livetail.wire.eventstream import EventStreamError, Message
from tests.unit.wire.codec import decode, string_header

START = (
    b'{"requestId":"11111111-1111-4111-8111-111111111111","sessionId":"22222222-2222-4222-8222-222222222222",'
    b'"logGroupIdentifiers":["arn:aws:logs:us-east-1:123456789012:log-group:my-group"]}'
)
UPDATE = (
    b'{"sessionMetadata":{"sampled":false},"sessionResults":[',
    b'{"ingestionTime":1700000000123,"logGroupIdentifier":"123456789012:my-group","logStreamName":"s",',
    '"message":"hello é 🙀","timestamp":1700000000000}'.encode(),
    b"]}",
)

# name of the test, the frame, how it is made
PINNED: tuple[tuple[str, str, Callable[[], bytes]], ...] = (
    (
        "initial response",
        "0000007200000060ab820d9e0b3a6576656e742d74797065070010696e697469616c2d726573706f6e73650d3a636f6e"
        "74656e742d7479706507001a6170706c69636174696f6e2f782d616d7a2d6a736f6e2d312e310d3a6d6573736167652d"
        "747970650700056576656e747b7dacae6b7d",
        lambda: livetail.INITIAL_RESPONSE,
    ),
    (
        "session start",
        "000001240000005cf8e298d70b3a6576656e742d7479706507000c73657373696f6e53746172740d3a636f6e74656e74"
        "2d7479706507001a6170706c69636174696f6e2f782d616d7a2d6a736f6e2d312e310d3a6d6573736167652d74797065"
        "0700056576656e747b22726571756573744964223a2231313131313131312d313131312d343131312d383131312d3131"
        "31313131313131313131222c2273657373696f6e4964223a2232323232323232322d323232322d343232322d38323232"
        "2d323232323232323232323232222c226c6f6747726f75704964656e74696669657273223a5b2261726e3a6177733a6c"
        "6f67733a75732d656173742d313a3132333435363738393031323a6c6f672d67726f75703a6d792d67726f7570225d7d"
        "1b022d75",
        lambda: livetail.session_start(START),
    ),
    (
        "session update of no events",
        "000000a60000005d8f9f98160b3a6576656e742d7479706507000d73657373696f6e5570646174650d3a636f6e74656e"
        "742d7479706507001a6170706c69636174696f6e2f782d616d7a2d6a736f6e2d312e310d3a6d6573736167652d747970"
        "650700056576656e747b2273657373696f6e4d65746164617461223a7b2273616d706c6564223a66616c73657d2c2273"
        "657373696f6e526573756c7473223a5b5d7d760f8a77",
        lambda: livetail.session_update((UPDATE[0], UPDATE[-1])),
    ),
    (
        "session update of one event",
        "0000013a0000005d503581a20b3a6576656e742d7479706507000d73657373696f6e5570646174650d3a636f6e74656e"
        "742d7479706507001a6170706c69636174696f6e2f782d616d7a2d6a736f6e2d312e310d3a6d6573736167652d747970"
        "650700056576656e747b2273657373696f6e4d65746164617461223a7b2273616d706c6564223a66616c73657d2c2273"
        "657373696f6e526573756c7473223a5b7b22696e67657374696f6e54696d65223a313730303030303030303132332c22"
        "6c6f6747726f75704964656e746966696572223a223132333435363738393031323a6d792d67726f7570222c226c6f67"
        "53747265616d4e616d65223a2273222c226d657373616765223a2268656c6c6f20c3a920f09f9980222c2274696d6573"
        "74616d70223a313730303030303030303030307d5d7dad89af66",
        lambda: livetail.session_update(UPDATE),
    ),
    (
        "timeout",
        "0000009f0000006feb7913610f3a657863657074696f6e2d7479706507001753657373696f6e54696d656f7574457863"
        "657074696f6e0d3a636f6e74656e742d7479706507001a6170706c69636174696f6e2f782d616d7a2d6a736f6e2d312e"
        "310d3a6d6573736167652d74797065070009657863657074696f6e7b226d657373616765223a2253657373696f6e2074"
        "696d6564206f75742e227d05c87f6a",
        lambda: livetail.modeled_exception("SessionTimeoutException", "Session timed out."),
    ),
    (
        "streaming error",
        "000000a80000007102774a940f3a657863657074696f6e2d7479706507001953657373696f6e53747265616d696e6745"
        "7863657074696f6e0d3a636f6e74656e742d7479706507001a6170706c69636174696f6e2f782d616d7a2d6a736f6e2d"
        "312e310d3a6d6573736167652d74797065070009657863657074696f6e7b226d657373616765223a22496e7465726e61"
        "6c2073747265616d696e67206572726f722e227dac0f7739",
        lambda: livetail.modeled_exception("SessionStreamingException", "Internal streaming error."),
    ),
    (
        "unmodeled error",
        "0000007800000068efe99d0d0b3a6572726f722d636f646507000f496e7465726e616c4661696c7572650e3a6572726f"
        "722d6d657373616765070022416e20696e7465726e616c20736572766572206572726f72206f636375727265642e0d3a"
        "6d6573736167652d747970650700056572726f722136e66a",
        lambda: livetail.unmodeled_error("InternalFailure", "An internal server error occurred."),
    ),
)


RECORDED_UPDATE = bytes.fromhex(
    "000000a60000005d8f9f98160b3a6576656e742d7479706507000d73657373696f6e5570646174650d3a636f6e74656e742d7479706507001a"
    "6170706c69636174696f6e2f782d616d7a2d6a736f6e2d312e310d3a6d6573736167652d747970650700056576656e747b2273657373696f6e"
    "4d65746164617461223a7b2273616d706c6564223a66616c73657d2c2273657373696f6e526573756c7473223a5b5d7d760f8a77"
)
"""An empty session update as the service sent it: github.com/mikhail-m1/axe, commit 163b23d, live_tail_parser.rs."""


def test_an_empty_update_is_the_one_that_was_recorded() -> None:
    (parts,) = session_update_json(Update((), 0, sampled=False))
    assert livetail.session_update(parts) == RECORDED_UPDATE


def test_the_recorded_update_is_read() -> None:
    assert decode(RECORDED_UPDATE) == [
        Message(
            (
                string_header(":event-type", "sessionUpdate"),
                string_header(":content-type", "application/x-amz-json-1.1"),
                string_header(":message-type", "event"),
            ),
            b'{"sessionMetadata":{"sampled":false},"sessionResults":[]}',
        )
    ]


@pytest.mark.parametrize(("expected", "make"), [row[1:] for row in PINNED], ids=[row[0] for row in PINNED])
def test_messages_byte_for_byte(expected: str, make: Callable[[], bytes]) -> None:
    assert make().hex() == expected


@pytest.mark.parametrize("make", [row[2] for row in PINNED], ids=[row[0] for row in PINNED])
def test_botocore_reads_them(make: Callable[[], bytes]) -> None:
    buffer = botocore.eventstream.EventStreamBuffer()
    buffer.add_data(make())
    (read,) = buffer
    (message,) = decode(make())
    assert read.headers == {header.name: header.value for header in message.headers}
    assert read.payload == message.payload


def test_headers_as_a_reader_sees_them() -> None:
    assert decode(livetail.modeled_exception("SessionTimeoutException", "over")) == [
        Message(
            (
                string_header(":exception-type", "SessionTimeoutException"),
                string_header(":content-type", "application/x-amz-json-1.1"),
                string_header(":message-type", "exception"),
            ),
            b'{"message":"over"}',
        )
    ]


@pytest.mark.parametrize("text", ['say "no"\n\t\\', "é😀", "\0\x7f", ""])
def test_the_message_of_an_exception_is_any_text(text: str) -> None:
    (message,) = decode(livetail.modeled_exception("SessionStreamingException", text))
    assert json.loads(message.payload) == {"message": text}


def test_surrogates_without_a_partner_do_not_stop_an_exception() -> None:
    (message,) = decode(livetail.modeled_exception("SessionStreamingException", "a\ud800b"))
    assert message.payload == '{"message":"a\ufffdb"}'.encode()
    (message,) = decode(livetail.unmodeled_error("Code", "a\ud800b"))
    assert message.header(":error-message") == "a\ufffdb"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("x" * 32_767, "x" * 32_767),
        ("x" * 32_768, "x" * 32_767),
        ("é" * 20_000, "é" * 16_383),
        ("x" * 32_764 + "😀", "x" * 32_764),
        ("x" * 32_763 + "😀", "x" * 32_763 + "😀"),
    ],
    ids=["fits", "one byte more", "within é", "within an emoji", "emoji fits"],
)
def test_a_long_error_message_is_cut_at_a_character(text: str, kept: str) -> None:
    (message,) = decode(livetail.unmodeled_error("InternalFailure", text))
    assert message.header(":error-message") == kept
    assert message.payload == b""


def test_a_long_error_code_is_refused() -> None:
    with pytest.raises(EventStreamError, match="the maximum is 32767"):
        livetail.unmodeled_error("x" * 32_768, "")


def test_an_update_beyond_24_mebibytes_is_refused() -> None:
    with pytest.raises(EventStreamError, match="the maximum is 25165824"):
        livetail.session_update(bytes(2**20) for _ in range(25))


def test_an_unknown_event_is_an_event_of_another_type() -> None:
    (message,) = decode(livetail.unknown_event("somethingNew"))
    assert message.header(":event-type") == "somethingNew"
    assert message.header(":message-type") == "event"
    assert message.payload == b"{}"
    (message,) = decode(livetail.unknown_event())
    assert message.header(":event-type") not in ("initial-response", "sessionStart", "sessionUpdate")
