"""What an operation is given besides its request."""

from dataclasses import dataclass

from livetail.live.hub import Hub
from livetail.store.accounts import Accounts, RegionStore


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request, and where it runs: state is per account and region.

    Attributes:
        empty_page: not 0 if a fault rule makes the page of log events empty. The token of that page continues at the
            same position; the number makes the tokens of empty pages differ.
        hidden_after: a fault rule hides log events that were ingested after this time; epoch milliseconds.
    """

    account_id: str
    region: str
    request_id: str
    empty_page: int = 0
    hidden_after: int | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What an operation may use besides its request.

    Attributes:
        now: epoch milliseconds, the same for all that the request does.
        body_length: the bytes of the request body, unpacked.
        store: the log groups of the caller's account and region.
        accounts: those of all accounts and regions.
    """

    caller: Caller
    now: int
    body_length: int
    store: RegionStore
    accounts: Accounts
    hub: Hub
