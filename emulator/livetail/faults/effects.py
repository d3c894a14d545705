"""The effects of fault rules, one struct each: their keys, bounds and descriptions, for users, checks and JSON Schema.

What an effect does is in `livetail.server.request_faults` for requests, in `livetail.faults.session_rules` for the
messages of a session, and in `livetail.faults.log_events` for its log events.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Annotated, ClassVar, Final, Literal, TypeAlias, get_args

from msgspec import Meta

from livetail.core.arns import LogGroupArn
from livetail.core.clock import DAY, SECOND
from livetail.core.tables import Path, Table

DEFAULT_SHARE: Final = 0.1
"""The default share of log events that `reorder` delays. Chosen: enough to be seen in a short test."""

MAX_BODY_LENGTH: Final = 1_048_576

Seconds = Annotated[float, Meta(ge=0.001, le=DAY // SECOND)]
# A header of an event stream holds as many bytes.
Text = Annotated[str, Meta(max_length=32_767)]
Code = Annotated[str, Meta(min_length=1, max_length=255, description="AWS's name of the error.")]
Length = Annotated[int, Meta(ge=0, le=MAX_BODY_LENGTH)]
Share = Annotated[float, Meta(ge=0, le=1)]
CarryOut = Annotated[bool, Meta(description="The operation is still carried out; only its response is replaced.")]


class ActsOn(Enum):
    """What an effect acts on; the values are words for users."""

    REQUEST = "a request"  # before or instead of the response, once per request
    PAGE = "a page of log events"  # while the operation is carried out, once per request
    FIRST_MESSAGE = "the first message of a session"  # once per session
    SESSION = "a running session"  # between two messages, as soon as it is due, once per session
    MESSAGES = "the messages of a session"  # on each message from then on, until `times` is used up
    REST = "the rest of a session"  # from then on to the end of the session, once per session

    @property
    def is_request(self) -> bool:
        """Whether it fires on a request of any operation, and not in a session."""
        return self in (ActsOn.REQUEST, ActsOn.PAGE)


class Effect(Table, frozen=True, rename="camel", tag_field="type"):
    """The effect of a fault rule.

    Attributes:
        acts_on: what it acts on.
        operations: the operations that it can act on; none is all of them.
    """

    title = "the effect"
    acts_on: ClassVar[ActsOn] = ActsOn.REQUEST
    operations: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def type_name(cls) -> str:
        """Its name, as `effect.type` has it."""
        return str(cls.__struct_config__.tag)


class PageEffect(Effect, frozen=True):
    acts_on = ActsOn.PAGE
    operations = ("FilterLogEvents", "GetLogEvents")


class SessionEffect(Effect, frozen=True):
    acts_on = ActsOn.SESSION
    operations = ("StartLiveTail",)


class MessageEffect(SessionEffect, frozen=True):
    acts_on = ActsOn.MESSAGES


class LastingEffect(SessionEffect, frozen=True):
    acts_on = ActsOn.REST


# ---- requests --------------------------------------------------------------------------------------------------------


class Error(Effect, frozen=True, tag="error"):
    """The response is an error of the service."""

    code: Code
    message: Annotated[
        Text | None, Meta(description="Its text; AWS's own where it is known for the code, else none.")
    ] = None
    status: Annotated[
        Annotated[int, Meta(ge=400, le=599)] | None,
        Meta(
            description="The HTTP status; 400 as AWS responds, 500 for InternalFailure and ServiceUnavailableException."
        ),
    ] = None
    members: Annotated[
        dict[str, str] | None, Meta(description="More members of the error, such as `expectedSequenceToken`.")
    ] = None
    carry_out: CarryOut = False

    @property
    def http_status(self) -> int:
        """The HTTP status: the rule's own, or what AWS responds with."""
        # In AWS's model these are errors of the service, all others of the client.
        by_default = 500 if self.code in ("InternalFailure", "ServiceUnavailableException") else 400
        return by_default if self.status is None else self.status

    def text(self, operation: str, log_group: LogGroupArn) -> str | None:
        """Its text: the rule's own, or AWS's as observed; None if that is not known.

        Args:
            log_group: that of the rule. The caller in AccessDeniedException is invented, in the same account.
        """
        if self.message is not None:
            return self.message
        if self.code in ("LimitExceededException", "ThrottlingException"):
            return "Rate exceeded"
        if self.code != "AccessDeniedException":
            return None
        user = f"arn:{log_group.partition}:sts::{log_group.account_id}:assumed-role/livetail/session"
        action = f"logs:{operation}"
        return (
            f"User: {user} is not authorized to perform: {action} on resource: {log_group} "
            f"because no identity-based policy allows the {action} action"
        )


class Delay(Effect, frozen=True, tag="delay"):
    """The request is carried out later."""

    seconds: Annotated[Seconds, Meta(description="How much later, by the emulator's clock.")]


class Reset(Effect, frozen=True, tag="reset"):
    """The connection is reset (TCP RST)."""

    carry_out: CarryOut = False


class Empty(Effect, frozen=True, tag="empty"):
    """The connection is closed without a byte of a response."""

    carry_out: CarryOut = False


class Status(Effect, frozen=True, tag="status"):
    """The response is a bare HTTP status, as from a proxy."""

    status: Annotated[int, Meta(ge=200, le=599, description="The HTTP status.")]
    body: Annotated[str, Meta(max_length=MAX_BODY_LENGTH, description="The body, as plain text.")] = ""
    carry_out: CarryOut = False

    def check(self) -> Iterable[tuple[Path, str]]:
        if self.status in (204, 304) and self.body:  # RFC 9110 allows these no body
            yield ("body",), f"is given; a response with the status {self.status} has none"


class EmptyPage(PageEffect, frozen=True, tag="empty-page"):
    """A page without log events, and a token that leads on to them."""


class HideEvents(PageEffect, frozen=True, tag="hide-events"):
    """Log events cannot be read for a while after their ingestion; a Live Tail session has them at once."""

    seconds: Annotated[Seconds, Meta(description="For how long, by the emulator's clock.")]


# ---- sessions --------------------------------------------------------------------------------------------------------


class StreamException(SessionEffect, frozen=True, tag="exception"):
    """The stream ends with an exception of the service's model."""

    name: Annotated[Literal["SessionStreamingException", "SessionTimeoutException"], Meta(description="Which one.")] = (
        "SessionStreamingException"
    )
    message: Annotated[Text | None, Meta(description="Its text; the emulator's own where none is given.")] = None


class ErrorMessage(SessionEffect, frozen=True, tag="error-message"):
    """The stream ends with an error outside the model (`:message-type: error`)."""

    code: Code = "InternalFailure"
    message: Annotated[Text | None, Meta(description="Its text; that of InternalFailure where none is given.")] = None


class End(SessionEffect, frozen=True, tag="end"):
    """The stream ends cleanly, without a message."""


class Cut(MessageEffect, frozen=True, tag="cut"):
    """The connection is closed in the middle of a message, without an end of the body."""

    bytes: Annotated[
        Length | None,
        Meta(description="How much of the message is still written, half of it if not given; 0 cuts between messages."),
    ] = None


class Stall(SessionEffect, frozen=True, tag="stall"):
    """Nothing is written for a while; updates are still made, so the backlog fills and drops its oldest."""

    seconds: Annotated[Seconds, Meta(description="For how long, by the emulator's clock.")]


class Corrupt(MessageEffect, frozen=True, tag="corrupt"):
    """A part of a message is damaged."""

    part: Annotated[Literal["prelude", "headers", "payload", "crc"], Meta(description="Which part.")] = "payload"
    valid_checksums: Annotated[
        bool,
        Meta(description="Damage headers or payload under correct checksums, so that only their reader notices."),
    ] = False

    def check(self) -> Iterable[tuple[Path, str]]:
        if self.valid_checksums and self.part not in ("headers", "payload"):
            yield ("validChecksums",), f"is true; the {self.part} cannot be damaged under a valid checksum"


class Truncate(MessageEffect, frozen=True, tag="truncate"):
    """A message is cut short, and then the stream ends cleanly."""

    bytes: Annotated[
        Length | None, Meta(description="How much of the message is written; half of it if not given.")
    ] = None


class Dribble(LastingEffect, frozen=True, tag="dribble"):
    """Messages are written in small pieces, with a pause after each."""

    bytes: Annotated[int, Meta(ge=1, le=MAX_BODY_LENGTH, description="The size of a piece.")]
    seconds: Annotated[Seconds, Meta(description="The pause, by the emulator's clock.")]


class Duplicate(MessageEffect, frozen=True, tag="duplicate"):
    """A message is written twice."""


class Reorder(LastingEffect, frozen=True, tag="reorder"):
    """Some log events come late, after others that were ingested later; none is lost."""

    milliseconds: Annotated[int, Meta(ge=1, le=60_000, description="The maximum delay of one event.")]
    share: Annotated[Share, Meta(description="How many of the log events are late.")] = DEFAULT_SHARE


class Lose(LastingEffect, frozen=True, tag="lose"):
    """Some log events never come, and `sampled` stays false."""

    fraction: Annotated[Share, Meta(description="How many of the log events are lost.")] = 1.0
    bytes_per_second: Annotated[
        Annotated[int, Meta(ge=0, le=2**40)] | None,
        Meta(description="Only what is beyond so many bytes of messages in a second is lost."),
    ] = None


class UnknownEvent(MessageEffect, frozen=True, tag="unknown-event"):
    """An event of a type that no SDK has comes before a message."""

    name: Annotated[str, Meta(min_length=1, max_length=255, description="Its `:event-type`.")] = "unknownEvent"


class NoInitialResponse(SessionEffect, frozen=True, tag="no-initial-response"):
    """The stream begins with sessionStart; the initial-response never comes."""

    acts_on = ActsOn.FIRST_MESSAGE


ResponseEffect: TypeAlias = Error | Reset | Empty | Status
"""Effects that decide on the response to a request."""

AnyEffect: TypeAlias = (
    Error
    | Delay
    | Reset
    | Empty
    | Status
    | EmptyPage
    | HideEvents
    | StreamException
    | ErrorMessage
    | End
    | Cut
    | Stall
    | Corrupt
    | Truncate
    | Dribble
    | Duplicate
    | Reorder
    | Lose
    | UnknownEvent
    | NoInitialResponse
)

EFFECTS: Final[dict[str, type[Effect]]] = {effect.type_name(): effect for effect in get_args(AnyEffect)}
"""All effects by the name that a rule gives as `effect.type`, in the order of the documentation."""
