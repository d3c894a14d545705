"""What an operation is given besides its request, and what it can return besides members."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from livetail.store.rules import Rejection

if TYPE_CHECKING:
    from livetail.live.hub import Hub
    from livetail.store.accounts import Accounts, RegionStore


@dataclass(frozen=True, slots=True)
class PageFault:
    """What a fault rule does to a page of log events.

    Attributes:
        empty_page: the page has no log events, and a token that leads on to them; the number makes it differ from the
            tokens of other empty pages. None where the page is as it would be.
        hidden_after: epoch milliseconds; log events that were ingested later cannot be read yet.
    """

    empty_page: int | None = None
    hidden_after: int | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a request runs, and where: state is per account and region.

    Attributes:
        page_fault: what a fault rule does to the page that is read, if it is one.
    """

    account_id: str
    region: str
    request_id: str
    page_fault: PageFault | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of one request.

    Attributes:
        now: epoch milliseconds, the same for all that the request does.
        body_length: the bytes of the request body, unpacked.
        store: the log groups of the caller's account and region.
        accounts: those of all accounts and regions.
    """

    caller: Caller
    now: int
    body_length: int
    store: "RegionStore"
    accounts: "Accounts"
    hub: "Hub"


@dataclass(frozen=True, slots=True)
class Response:
    """What an operation returns, if that is more than the members of its response.

    Attributes:
        members: by AWS's names.
        rejection: the events of PutLogEvents that were not taken.
    """

    members: dict[str, Any]
    rejection: Rejection | None = None
