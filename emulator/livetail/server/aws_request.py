"""A request of the AWS API, as the AWS endpoint and the fault rules pass it on."""

from dataclasses import dataclass
from typing import Final

from starlette.types import Scope

from livetail.api.context import Caller
from livetail.core.errors import ServiceError
from livetail.server.emulator import Emulator
from livetail.server.journal import Entry
from livetail.wire.awsjson import AwsCall

MAX_BODY_BYTES: Final = 16 * 1024 * 1024
"""The maximum of a body, as sent and unpacked. The largest PutLogEvents (10,000 events, 1 MiB of characters that JSON
has to escape) has less than 8 MiB."""


@dataclass(slots=True)
class AwsRequest:
    """A request that names an operation.

    Attributes:
        body: unpacked.
        problem: why it cannot be carried out, if its body cannot be read or its signature is not valid.
        entry: its entry in the journal.
        caller: that of the entry, with what a fault rule changes.
        received_at_s: when it was read, in seconds of the event loop's clock.
    """

    scope: Scope
    call: AwsCall
    body: bytes
    problem: ServiceError | None
    entry: Entry
    caller: Caller
    received_at_s: float


def verify_signature(emulator: Emulator, scope: Scope, body: bytes, service: str) -> None:
    """Check the signature of a request against the keys of the settings; `body` is as it was sent.

    Raises:
        ServiceError: the signature is not valid; see `livetail.wire.sigv4`.
    """
    from livetail.wire.sigv4 import SignedRequest, verify

    signed = SignedRequest(scope["method"], scope["query_string"], scope["headers"], body)
    verify(signed, dict(emulator.settings.credentials), service, emulator.clock.now())
