"""A request of the AWS API and its response, as the AWS endpoint and the fault rules pass them on."""

from dataclasses import dataclass
from typing import Final

from starlette.types import Scope

from livetail.api.context import Caller
from livetail.core.errors import RequestEntityTooLargeException
from livetail.server.journal import Entry
from livetail.wire import awsjson
from livetail.wire.gzip_body import gunzip

MAX_BODY_BYTES: Final = 16 * 1024 * 1024
"""Of a body, as sent and unpacked. The largest PutLogEvents, 1 MiB of characters that JSON has to escape in 10,000
events, stays below 8 MiB."""


@dataclass(frozen=True, slots=True)
class AwsRequest:
    """A request that names an operation.

    Attributes:
        body: as it was sent, up to the maximum; `length` is how many bytes it was in all.
        entry: its entry in the journal.
        started_at: when it was read, on the event loop's clock.
        origin: of the web page that sent it, if that page may read the response.
    """

    scope: Scope
    headers: awsjson.Headers
    call: awsjson.AwsCall
    caller: Caller
    body: bytes
    length: int
    entry: Entry
    started_at: float
    origin: str | None = None

    def json(self) -> bytes:
        """The body, unpacked.

        Raises:
            RequestEntityTooLargeException: it is longer than any request of the service.
            SerializationException: it is not the gzip that its Content-Encoding promises.
        """
        if self.length > MAX_BODY_BYTES:
            raise RequestEntityTooLargeException(f"The request body has more than {MAX_BODY_BYTES} bytes.")
        if self.headers.get("content-encoding", "").lower() == "gzip":
            return gunzip(self.body, MAX_BODY_BYTES)
        return self.body


@dataclass(frozen=True, slots=True)
class AwsResponse:
    """A response that is not a stream."""

    status: int
    content_type: str
    body: bytes


def json_response(call: awsjson.AwsCall, status: int, body: bytes) -> AwsResponse:
    """A response in the content type that the call asked for."""
    if call.content_type == awsjson.JSON:
        body = awsjson.wrapped(body)
    return AwsResponse(status, call.content_type, body)
