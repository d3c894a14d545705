"""A request of the AWS API and its response, as the AWS endpoint and the fault rules pass them on."""

from dataclasses import dataclass
from typing import Final

from starlette.types import Scope

from livetail.api.context import Caller
from livetail.api.identifiers import named_log_groups
from livetail.core.errors import RequestEntityTooLargeException, ServiceError
from livetail.server.emulator import Emulator
from livetail.server.journal import Entry
from livetail.wire import awsjson
from livetail.wire.gzip_body import gunzip

MAX_BODY_BYTES: Final = 16 * 1024 * 1024
"""The maximum of a body, as sent and unpacked. The largest PutLogEvents (10,000 events, 1 MiB of characters that JSON
has to escape) has less than 8 MiB."""


@dataclass(slots=True)
class AwsRequest:
    """A request that names an operation.

    Attributes:
        body: as it was sent, up to `MAX_BODY_BYTES`; `length` is its whole length in bytes.
        entry: its entry in the journal.
        received_at_s: when it was read, in seconds of the event loop's clock.
        origin: of the web page that sent it, if that page may read the response.
    """

    scope: Scope
    headers: awsjson.Headers
    call: awsjson.AwsCall
    caller: Caller
    body: bytes
    length: int
    entry: Entry
    received_at_s: float
    origin: str | None = None
    _unpacked: bytes | None = None

    def json(self) -> bytes:
        """The body, unpacked once.

        Raises:
            RequestEntityTooLargeException: it is longer than any request of the service.
            SerializationException: it is not gzip, contrary to its Content-Encoding.
        """
        if self.length > MAX_BODY_BYTES:
            raise RequestEntityTooLargeException(f"The request body has more than {MAX_BODY_BYTES} bytes.")
        if self.headers.get("content-encoding", "").lower() != "gzip":
            return self.body
        if self._unpacked is None:
            self._unpacked = gunzip(self.body, MAX_BODY_BYTES)
        return self._unpacked

    def log_groups(self) -> tuple[str, ...]:
        """The names of the log groups that it names; none if its body cannot be read."""
        try:
            return named_log_groups(self.json())
        except ServiceError:
            return ()


def enter_in_journal(
    emulator: Emulator, operation: str, headers: awsjson.Headers, body: bytes, request_id: str
) -> tuple[Caller, Entry]:
    """Determine the caller of a request, and add it to the journal."""
    credential = awsjson.credential_of(headers)
    caller = Caller(
        account_id=credential.account_id or emulator.settings.account_id,
        region=credential.region or emulator.settings.region,
        request_id=request_id,
    )
    entry = Entry(
        operation=operation,
        request_id=request_id,
        time=emulator.clock.now(),
        region=caller.region,
        account_id=caller.account_id,
        user_agent=headers.get("user-agent"),
        body=body,
    )
    emulator.journal.add(entry)
    return caller, entry


def verify_signature(emulator: Emulator, scope: Scope, body: bytes, service: str) -> None:
    """Check the signature of a request against the keys of the settings.

    Raises:
        ServiceError: the signature is not valid; see `livetail.wire.sigv4`.
    """
    from livetail.wire.sigv4 import SignedRequest, verify

    signed = SignedRequest(scope["method"], scope["query_string"], scope["headers"], body)
    verify(signed, dict(emulator.settings.credentials), service, emulator.clock.now())
