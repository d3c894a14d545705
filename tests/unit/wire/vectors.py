"""Frames and what they say, for tests in both directions: published vectors of other implementations, and our own.

`HEADERS` and `WELL_FORMED` hold byte for byte both ways; `BAD` streams are refused with their error. Sources of the
published ones: smithy-go eventstream/testdata (the same files are in aws-sdk-go-v2 and smithy-typescript), smithy-rs
aws-smithy-eventstream/test_data, and the stream of StartLiveTail in aws-sdk-php's CloudWatchLogsClientTest, which its
authors made by hand.
"""

from dataclasses import dataclass
from uuid import UUID

from livetail.wire.eventstream import Header, HeaderType, Message
from tests.unit.wire.codec import string_header


@dataclass(frozen=True)
class WellFormed:
    """A frame and its message."""

    name: str
    frame: bytes
    message: Message


@dataclass(frozen=True)
class Bad:
    """A stream that is refused, and the text of the error."""

    name: str
    stream: bytes
    text: str


HEADERS = (
    # name with its length, type, value
    (Header("t", HeaderType.BOOL_TRUE, True), "0174 00"),
    (Header("f", HeaderType.BOOL_FALSE, False), "0166 01"),
    (Header("b", HeaderType.BYTE, -128), "0162 02 80"),
    (Header("b", HeaderType.BYTE, 127), "0162 02 7f"),
    (Header("s", HeaderType.INT16, -32_768), "0173 03 8000"),
    (Header("s", HeaderType.INT16, 32_767), "0173 03 7fff"),
    (Header("i", HeaderType.INT32, -1), "0169 04 ffffffff"),
    (Header("i", HeaderType.INT32, 2**31 - 1), "0169 04 7fffffff"),
    (Header("l", HeaderType.INT64, -(2**63)), "016c 05 8000000000000000"),
    (Header("l", HeaderType.INT64, 2**63 - 1), "016c 05 7fffffffffffffff"),
    (Header("a", HeaderType.BYTE_ARRAY, b""), "0161 06 0000"),
    (Header("a", HeaderType.BYTE_ARRAY, b"\xff\x00"), "0161 06 0002 ff00"),
    (Header("s", HeaderType.STRING, ""), "0173 07 0000"),
    (Header("s", HeaderType.STRING, "é😀"), "0173 07 0006 c3a9 f09f9880"),
    (Header("é", HeaderType.STRING, "\0"), "02c3a9 07 0001 00"),
    (Header("m", HeaderType.TIMESTAMP, 1_700_000_000_123), "016d 08 0000018bcfe5687b"),
    (Header("m", HeaderType.TIMESTAMP, -1), "016d 08 ffffffffffffffff"),
    (Header("u", HeaderType.UUID, UUID(int=1)), "0175 09 00000000000000000000000000000001"),
    (Header("n" * 255, HeaderType.BOOL_TRUE, True), "ff" + "6e" * 255 + "00"),
    (Header("v", HeaderType.STRING, "x" * 32_767), "0176 07 7fff" + "78" * 32_767),
)

WELL_FORMED = (
    # smithy-go
    WellFormed(
        "all_headers",
        bytes.fromhex(
            "000000cc000000af0fae64ca0a6576656e742d74797065040000a00c0c636f6e74656e742d747970650700106170706c"
            "69636174696f6e2f6a736f6e0a626f6f6c2066616c73650109626f6f6c207472756500046279746502cf086279746520"
            "62756606001449276d2061206c6974746c6520746561706f74210974696d657374616d70080000000000845fed05696e"
            "74313603002a05696e7436340500000000028757b20475756964090102030405060708090a0b0c0d0e0f107b27666f6f"
            "273a27626172277daba5f10c"
        ),
        Message(
            (
                Header("event-type", HeaderType.INT32, 40972),
                string_header("content-type", "application/json"),
                Header("bool false", HeaderType.BOOL_FALSE, False),
                Header("bool true", HeaderType.BOOL_TRUE, True),
                Header("byte", HeaderType.BYTE, -49),
                Header("byte buf", HeaderType.BYTE_ARRAY, b"I'm a little teapot!"),
                Header("timestamp", HeaderType.TIMESTAMP, 8675309),
                Header("int16", HeaderType.INT16, 42),
                Header("int64", HeaderType.INT64, 42424242),
                Header("uuid", HeaderType.UUID, UUID("01020304-0506-0708-090a-0b0c0d0e0f10")),
            ),
            b"{'foo':'bar'}",
        ),
    ),
    WellFormed(
        "empty_message",
        bytes.fromhex("000000100000000005c248eb7d98c8ff"),
        Message((), b""),
    ),
    WellFormed(
        "int32_header",
        bytes.fromhex("0000002d0000001041c424b80a6576656e742d74797065040000a00c7b27666f6f273a27626172277d36f480a0"),
        Message((Header("event-type", HeaderType.INT32, 40972),), b"{'foo':'bar'}"),
    ),
    WellFormed(
        "payload_no_headers",
        bytes.fromhex("0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936"),
        Message((), b"{'foo':'bar'}"),
    ),
    WellFormed(
        "payload_one_str_header",
        bytes.fromhex(
            "0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b27666f"
            "6f273a27626172277d8d9c08b1"
        ),
        Message((string_header("content-type", "application/json"),), b"{'foo':'bar'}"),
    ),
    # smithy-rs
    WellFormed(
        "valid_empty_payload",
        bytes.fromhex("0000001f0000000f172dc2ab0b736f6d652d6865616465720301f4933c5cad"),
        Message((Header("some-header", HeaderType.INT16, 500),), b""),
    ),
    WellFormed(
        "valid_no_headers",
        bytes.fromhex("0000002400000000516356ad616e6f746865722074657374207061796c6f61648df80e65"),
        Message((), b"another test payload"),
    ),
    WellFormed(
        "valid_with_all_headers_and_payload",
        bytes.fromhex(
            "000000960000007a8bb495fb0474727565000566616c736501046279746502320573686f7274034e2003696e74040007"
            "a120046c6f6e67050000000ba43b740005627974657306000a736f6d6520627974657303737472070008736f6d652073"
            "74720474696d6508000000012a05f200047575696409b79bc914de214e13b8b2bc47e85b7f0b736f6d65207061796c6f"
            "616401a05860"
        ),
        Message(
            (
                Header("true", HeaderType.BOOL_TRUE, True),
                Header("false", HeaderType.BOOL_FALSE, False),
                Header("byte", HeaderType.BYTE, 50),
                Header("short", HeaderType.INT16, 20000),
                Header("int", HeaderType.INT32, 500000),
                Header("long", HeaderType.INT64, 50000000000),
                Header("bytes", HeaderType.BYTE_ARRAY, b"some bytes"),
                string_header("str", "some str"),
                Header("time", HeaderType.TIMESTAMP, 5000000000),
                Header("uuid", HeaderType.UUID, UUID("b79bc914-de21-4e13-b8b2-bc47e85b7f0b")),
            ),
            b"some payload",
        ),
    ),
    # aws-sdk-php
    WellFormed(
        "php_start_live_tail_0",
        bytes.fromhex(
            "00000068000000564e6817240d3a6d6573736167652d747970650700056576656e740b3a6576656e742d747970650700"
            "10696e697469616c2d726573706f6e73650d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a73"
            "6f6e5b5d507e2877"
        ),
        Message(
            (
                string_header(":message-type", "event"),
                string_header(":event-type", "initial-response"),
                string_header(":content-type", "application/json"),
            ),
            b"[]",
        ),
    ),
    WellFormed(
        "php_start_live_tail_1",
        bytes.fromhex(
            "000000df00000052ebe207390d3a6d6573736167652d747970650700056576656e740b3a6576656e742d747970650700"
            "0c73657373696f6e53746172740d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b22"
            "726571756573744964223a22666f6f222c2273657373696f6e4964223a22666f6f222c226c6f6747726f75704964656e"
            "74696669657273223a5b22746573744c6f6747726f75704964656e746966696572225d2c226c6f6753747265616d4e61"
            "6d6573223a5b22746573744c6f6753747265616d4e616d65225d7d78152a7d"
        ),
        Message(
            (
                string_header(":message-type", "event"),
                string_header(":event-type", "sessionStart"),
                string_header(":content-type", "application/json"),
            ),
            b'{"requestId":"foo","sessionId":"foo","logGroupIdentifiers":["testLogGroupIdentifier"],"logStreamNames":["testLogStreamName"]}',
        ),
    ),
    WellFormed(
        "php_start_live_tail_2",
        bytes.fromhex(
            "00000099000000534b569a460d3a6d6573736167652d747970650700056576656e740b3a6576656e742d747970650700"
            "0d73657373696f6e5570646174650d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b"
            "2273657373696f6e4d65746164617461223a7b2273616d706c6564223a22227d2c2273657373696f6e526573756c7473"
            "223a5b5d7d7ac8140b"
        ),
        Message(
            (
                string_header(":message-type", "event"),
                string_header(":event-type", "sessionUpdate"),
                string_header(":content-type", "application/json"),
            ),
            b'{"sessionMetadata":{"sampled":""},"sessionResults":[]}',
        ),
    ),
    WellFormed(
        "php_start_live_tail_3",
        bytes.fromhex(
            "00000118000000530c8cd0c10d3a6d6573736167652d747970650700056576656e740b3a6576656e742d747970650700"
            "0d73657373696f6e5570646174650d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b"
            "2273657373696f6e4d65746164617461223a7b2273616d706c6564223a22227d2c2273657373696f6e526573756c7473"
            "223a5b7b226c6f6753747265616d4e616d65223a22466f6f222c226c6f6747726f75704964656e746966696572223a22"
            "466f6f222c226d657373616765223a2254657374206c6f6720656e747279222c2274696d657374616d70223a31373134"
            "3437383835382c22696e67657374696f6e54696d65223a313731343437383835387d5d7d898e6f26"
        ),
        Message(
            (
                string_header(":message-type", "event"),
                string_header(":event-type", "sessionUpdate"),
                string_header(":content-type", "application/json"),
            ),
            b'{"sessionMetadata":{"sampled":""},"sessionResults":[{"logStreamName":"Foo","logGroupIdentifier":"Foo",'
            b'"message":"Test log entry","timestamp":1714478858,"ingestionTime":1714478858}]}',
        ),
    ),
)

BAD = (
    # smithy-go
    Bad(
        "corrupted_header_len",
        bytes.fromhex(
            "0000003d0000002107fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b27666f"
            "6f273a27626172277d8d9c08b1"
        ),
        "message at byte 0: prelude checksum mismatch: expected 0x07fd8396, calculated 0x70fab300",
    ),
    Bad(
        "corrupted_headers",
        bytes.fromhex(
            "0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b61666f"
            "6f273a27626172277d8d9c08b1"
        ),
        "message at byte 0: message checksum mismatch: expected 0x8d9c08b1, calculated 0x52c21aa1",
    ),
    Bad(
        "corrupted_length",
        bytes.fromhex(
            "0000003e0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b27666f"
            "6f273a27626172277d8d9c08b1"
        ),
        "message at byte 0: prelude checksum mismatch: expected 0x07fd8396, calculated 0x405df946",
    ),
    Bad(
        "corrupted_payload",
        bytes.fromhex("0000001d00000000fd528c5a5b27666f6f273a27626172277dc3653936"),
        "message at byte 0: message checksum mismatch: expected 0xc3653936, calculated 0x701b72c3",
    ),
    # smithy-rs; most of these are damaged after their checksum was made, so that is the problem that is found
    Bad(
        "invalid_header_name_length",
        bytes.fromhex(
            "000000960000007a8bb495fb0474727565000566616c736501ff6279746502320573686f7274034e2003696e74040007"
            "a120046c6f6e67050000000ba43b740005627974657306000a736f6d6520627974657303737472070008736f6d652073"
            "74720474696d6508000000012a05f200047575696409b79bc914de214e13b8b2bc47e85b7f0b736f6d65207061796c6f"
            "616401a05860"
        ),
        "message at byte 0: message checksum mismatch: expected 0x01a05860, calculated 0x2fdda9c5",
    ),
    Bad(
        "invalid_header_name_length_too_long",
        bytes.fromhex(
            "0000005d0000004dadcce93e0474727565006605616c736501046279746502320573685d0ba43b740005627974657306"
            "000a736f6d65206279746573037374720705616c736501046279746502320573686f7274034e2003696e74040007a120"
            "046c6f6e670500005d0ba43b74000562797465730600ff00000000"
        ),
        "message at byte 0: message checksum mismatch: expected 0x6e740400, calculated 0xb69b62b5",
    ),
    Bad(
        "invalid_header_string_length_cut_off",
        bytes.fromhex(
            "0000005d0000004dadcce93e0474727565000566616c736501046279746502320573686f7274034e2003696e74040007"
            "a120046c6f6e67050000000ba43b740005627974657306000a736f6d652062797465730373747207ff00000000"
        ),
        "message at byte 0: message checksum mismatch: expected 0x00000000, calculated 0xe3026459",
    ),
    Bad(
        "invalid_header_string_value_length",
        bytes.fromhex(
            "000000960000007a8bb495fb0474727565000566616c736501046279746502320573686f7274034e2003696e74040007"
            "a120046c6f6e67050000000ba43b740005627974657306000a736f6d652062797465730373747207ffff736f6d652073"
            "74720474696d6508000000012a05f200047575696409b79bc914de214e13b8b2bc47e85b7f0b736f6d65207061796c6f"
            "616401a05860"
        ),
        "message at byte 0: message checksum mismatch: expected 0x01a05860, calculated 0x40e83d43",
    ),
    Bad(
        "invalid_header_value_type",
        bytes.fromhex(
            "000000960000007a8bb495fb0474727565000566616c736501046279746560320573686f7274034e2003696e74040007"
            "a120046c6f6e67050000000ba43b740005627974657306000a736f6d6520627974657303737472070008736f6d652073"
            "74720474696d6508000000012a05f200047575696409b79bc914de214e13b8b2bc47e85b7f0b736f6d65207061796c6f"
            "616401a05860"
        ),
        "message at byte 0: message checksum mismatch: expected 0x01a05860, calculated 0x5785f2b0",
    ),
    Bad(
        "invalid_headers_length",
        bytes.fromhex(
            "000000590000004d584c4ffe0474727565000566616c736501046279746502320573686f7274034e2003696e74040007"
            "a120046c6f6e67050000000ba43b740005627974657306000a736f6d652062797465730373747207ff"
        ),
        "message at byte 0: invalid headers length 77 in a message of 89 bytes",
    ),
    Bad(
        "invalid_message_checksum",
        bytes.fromhex(
            "000000960000007a8bb495fb0474727565000566616c736501046279746502320573686f7274034e2003696e74040007"
            "a120046c6f6e67050000000ba43b740005627974657306000a736f6d6520627974657303737472070008736f6d652073"
            "74720474696d6508000000012a05f200047575696409b79bc914de214e13b8b2bc47e85b7f0b736f6d65207061796c6f"
            "6164deadbeef"
        ),
        "message at byte 0: message checksum mismatch: expected 0xdeadbeef, calculated 0x01a05860",
    ),
    Bad(
        "invalid_prelude_checksum",
        bytes.fromhex(
            "000000960000007adeadbeef0474727565000566616c736501046279746502320573686f7274034e2003696e74040007"
            "a120046c6f6e67050000000ba43b740005627974657306000a736f6d6520627974657303737472070008736f6d652073"
            "74720474696d6508000000012a05f200047575696409b79bc914de214e13b8b2bc47e85b7f0b736f6d65207061796c6f"
            "616401a05860"
        ),
        "message at byte 0: prelude checksum mismatch: expected 0xdeadbeef, calculated 0x8bb495fb",
    ),
    # our own
    Bad("one byte", b"\0", "message at byte 0: the stream ends after 1 of 12 bytes of its prelude"),
    Bad(
        "no checksum",
        bytes.fromhex("000000100000000005c248eb"),
        "message at byte 0: the stream ends after 12 of 16 bytes",
    ),
    Bad(
        "a second message that ends early",
        bytes.fromhex("000000100000000005c248eb7d98c8ff000000100000000005c248eb7d98c8"),
        "message at byte 16: the stream ends after 15 of 16 bytes",
    ),
)
