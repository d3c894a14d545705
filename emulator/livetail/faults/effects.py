"""The effects that a fault rule can have: a table, from which rules are checked and documented.

Where an effect acts says when it can fire and how often. What it does is in `livetail.faults.registry` for requests, in
`livetail.faults.tail` for the messages of a running tail, and in `livetail.faults.distortion` for its log events.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from livetail.core.clock import DAY, SECOND
from livetail.faults.fields import NEEDED, Field, Kind
from livetail.faults.model import Place
from livetail.wire.livetail import MODELED_EXCEPTIONS

__all__ = ["CORRUPT_PARTS", "DEFAULT_SHARE", "EFFECTS", "EffectType"]


@dataclass(frozen=True, slots=True)
class EffectType:
    """One row of the table.

    Attributes:
        place: where it acts.
        doc: one sentence for users.
        fields: its keys besides `type`.
        place_in_tail: where it acts when its rule waits for a tail's updates or seconds, if that is another place.
    """

    place: Place
    doc: str
    fields: tuple[Field, ...] = ()
    place_in_tail: Place | None = None


CORRUPT_PARTS: Final = ("prelude", "headers", "payload", "crc")

DEFAULT_SHARE: Final = 0.1
"""Of the log events that `reorder` delays where a rule does not say. Chosen: enough to be seen in a short test."""

_LONGEST_BODY: Final = 1_048_576
_DAY_SECONDS: Final = DAY // SECOND


def _code(default: str | None = None) -> Field:
    return Field("code", Kind.TEXT, "AWS's name of the error.", default or NEEDED, least=1, most=255)


def _message(doc: str, default: str | None = None) -> Field:
    return Field("message", Kind.TEXT, doc, default)


def _seconds(doc: str) -> Field:
    return Field("seconds", Kind.NUMBER, doc, least=0.001, most=_DAY_SECONDS)


def _bytes(doc: str) -> Field:
    return Field("bytes", Kind.WHOLE, doc, None, most=_LONGEST_BODY)


EFFECTS: Final[Mapping[str, EffectType]] = {
    "error": EffectType(
        Place.REQUEST,
        "The request is answered with an error of the service.",
        (
            _code(),
            _message("Its text; AWS's own where it is known for the code, else none."),
            Field(
                "status",
                Kind.WHOLE,
                "The HTTP status; 400 as AWS answers, 500 for InternalFailure and ServiceUnavailableException.",
                None,
                least=400,
                most=599,
            ),
        ),
    ),
    "delay": EffectType(
        Place.REQUEST, "The request is taken up later.", (_seconds("How much later, by the emulator's clock."),)
    ),
    "reset": EffectType(
        Place.REQUEST,
        "The connection is reset (TCP RST).",
        place_in_tail=Place.SESSION,
    ),
    "empty": EffectType(Place.REQUEST, "The connection is closed without a byte of an answer."),
    "status": EffectType(
        Place.REQUEST,
        "The request is answered with a bare HTTP status, as a proxy would.",
        (
            Field("status", Kind.WHOLE, "The HTTP status.", least=200, most=599),
            Field("body", Kind.TEXT, "The body, as plain text.", "", most=_LONGEST_BODY),
        ),
    ),
    "exception": EffectType(
        Place.SESSION,
        "The stream ends with an exception of the service's model.",
        (
            Field("name", Kind.TEXT, "Which one.", "SessionStreamingException", choices=MODELED_EXCEPTIONS),
            _message("Its text; the emulator's own where none is given."),
        ),
    ),
    "error-message": EffectType(
        Place.SESSION,
        "The stream ends with an error outside the model (`:message-type: error`).",
        (
            _code("InternalFailure"),
            # The text of "Common errors" in AWS's API references.
            _message(
                "Its text.", "The request processing has failed because of an unknown error, exception or failure."
            ),
        ),
    ),
    "end": EffectType(Place.SESSION, "The stream ends cleanly, without a word."),
    "cut": EffectType(
        Place.MESSAGE,
        "The connection is closed in the middle of a message, without an end of the body.",
        (_bytes("How much of the message is still written; half of it if not given, 0 cuts between two messages."),),
    ),
    "stall": EffectType(
        Place.SESSION,
        "Nothing is written for a while; seconds and updates go on, so the backlog fills and drops its oldest.",
        (_seconds("For how long, by the emulator's clock."),),
    ),
    "corrupt": EffectType(
        Place.MESSAGE,
        "A part of a message is damaged.",
        (
            Field("part", Kind.TEXT, "Which part.", "payload", choices=CORRUPT_PARTS),
            Field(
                "validChecksums",
                Kind.SWITCH,
                "Damage headers or payload under checksums that are right, so that only who reads them notices.",
                False,
            ),
        ),
    ),
    "truncate": EffectType(
        Place.MESSAGE,
        "A message is cut short, and then the stream ends cleanly.",
        (_bytes("How much of the message is written; half of it if not given."),),
    ),
    "dribble": EffectType(
        Place.MODE,
        "Messages are written in small pieces, with a pause after each.",
        (
            Field("bytes", Kind.WHOLE, "The size of a piece.", least=1, most=_LONGEST_BODY),
            _seconds("The pause, by the emulator's clock."),
        ),
    ),
    "duplicate": EffectType(Place.MESSAGE, "A message is written twice."),
    "reorder": EffectType(
        Place.MODE,
        "Some log events come late, behind others that were ingested after them; none is lost.",
        (
            Field("milliseconds", Kind.WHOLE, "The most by which one is late.", least=1, most=60_000),
            Field("share", Kind.NUMBER, "How many of the log events are late.", DEFAULT_SHARE, most=1),
        ),
    ),
    "lose": EffectType(
        Place.MODE,
        "Some log events never come, and `sampled` says nothing of it.",
        (
            Field("fraction", Kind.NUMBER, "How many of the log events are lost.", 1.0, most=1),
            Field(
                "bytesPerSecond",
                Kind.WHOLE,
                "Only what is beyond so many bytes of messages in a second is lost.",
                None,
                most=2**40,
            ),
        ),
    ),
    "unknown-event": EffectType(
        Place.MESSAGE,
        "An event of a type that no SDK knows comes before a message.",
        (Field("name", Kind.TEXT, "Its `:event-type`.", "unknownEvent", least=1, most=255),),
    ),
    "no-initial-response": EffectType(
        Place.OPENING, "The stream begins with sessionStart; the initial-response never comes."
    ),
}
"""All effects by the name that a rule gives as `effect.type`, in the order of the documentation."""
