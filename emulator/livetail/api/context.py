"""What an operation is given besides its request."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from livetail.live.hub import Hub
    from livetail.store.accounts import Accounts, RegionStore

__all__ = ["Caller", "Context"]


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a request runs, and where: state is per account and region."""

    account_id: str
    region: str
    request_id: str


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
