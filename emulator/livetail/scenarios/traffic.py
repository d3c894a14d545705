"""The made-up web shop behind the generated lines: its requests, its customers and how they hang together.

Everything is drawn with `Random.random` and `Random.getrandbits`, whose sequences Python keeps the same from version to
version; `choices`, `shuffle` and the distributions of `random` may change, and would change everybody's logs.
Addresses come from the blocks that RFC 5737 sets aside for documentation.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from livetail.core.chance import Random

__all__ = ["Request", "Traffic", "draw_uuid", "level_of", "one_of", "weighted"]

T = TypeVar("T")


class Request(NamedTuple):
    """One request to the shop, told from its end: fields that belong together agree.

    Attributes:
        latency_ms: how long it took; a request that failed in the server took longer.
        size: bytes of the answer's body, 0 where it has none.
    """

    method: str
    path: str
    status: int
    latency_ms: int
    size: int


def weighted(*choices: tuple[T, int]) -> tuple[T, ...]:
    """Each value as often as its weight says, so that one evenly drawn index is a weighted draw."""
    return tuple(value for value, weight in choices for _ in range(weight))


# Path, where a `#` stands for a number; usual latency in milliseconds; usual size in bytes.
_ROUTES: tuple[tuple[str, str, int, int], ...] = weighted(
    (("GET", "/", 12, 5120), 10),
    (("GET", "/products", 35, 18400), 12),
    (("GET", "/products/#", 24, 9200), 22),
    (("GET", "/search?q=lamp&page=#", 60, 14800), 8),
    (("GET", "/cart", 18, 2300), 10),
    (("POST", "/cart/items", 28, 640), 10),
    (("DELETE", "/cart/items/#", 22, 180), 3),
    (("POST", "/checkout", 160, 910), 6),
    (("POST", "/login", 85, 420), 5),
    (("GET", "/orders/#", 30, 3100), 6),
    (("PUT", "/account/address", 40, 350), 2),
    (("GET", "/health", 2, 15), 6),
)
_STATUSES: dict[str, tuple[int, ...]] = {
    "GET": weighted((200, 86), (304, 6), (404, 4), (403, 1), (500, 2), (503, 1)),
    "POST": weighted((201, 78), (200, 10), (400, 4), (401, 3), (409, 1), (500, 3), (502, 1)),
    "PUT": weighted((200, 92), (400, 4), (500, 4)),
    "DELETE": weighted((204, 93), (404, 5), (500, 2)),
}
_BODILESS = frozenset({204, 304})
_NETWORKS = weighted(("203.0.113.", 3), ("198.51.100.", 2), ("192.0.2.", 1))
_SLOW_MS = 1_000


class Traffic:
    """What happens in the shop, drawn from one random stream."""

    def __init__(self, random: "Random") -> None:
        self._random = random.random

    def request(self) -> Request:
        """The next request."""
        random = self._random
        method, path, usual_ms, usual_size = _ROUTES[int(random() * len(_ROUTES))]
        statuses = _STATUSES[method]
        status = statuses[int(random() * len(statuses))]
        if path.find("#") >= 0:
            path = path.replace("#", str(1 + int(random() * 4_000)))
        latency_ms = self.latency(status, usual_ms)
        size = 0 if status in _BODILESS else 120 + int(random() * 400) if status >= 400 else usual_size
        return Request(method, path, status, latency_ms, size + int(random() * size / 4))

    def latency(self, status: int, usual_ms: int = 30) -> int:
        """Milliseconds until this status: about `usual_ms` with a long tail, more where the server failed."""
        random = self._random
        if status >= 500:
            # A failure mostly means that something was waited for in vain.
            return 1_200 + int(random() * 3_800)
        tail = random()
        return 1 + int(usual_ms * (0.6 + 0.5 * random()) / (1.0 - 0.9 * tail * tail))

    def address(self) -> str:
        """The address of a customer."""
        random = self._random
        return f"{_NETWORKS[int(random() * len(_NETWORKS))]}{1 + int(random() * 254)}"

    def user(self) -> str:
        """The name of a customer's account."""
        return f"u{1000 + int(self._random() * 900)}"


def level_of(status: int, latency_ms: int) -> str:
    """The level at which a request with this outcome is logged."""
    if status >= 500:
        return "ERROR"
    return "WARN" if status >= 400 or latency_ms > _SLOW_MS else "INFO"


def draw_uuid(random: "Random") -> str:
    """A version 4 UUID; as `livetail.core.ids.uuid4`, without the object that takes most of its time."""
    digits = f"{random.getrandbits(128):032x}"
    return (
        f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{'89ab'[int(digits[16], 16) & 3]}{digits[17:20]}-{digits[20:]}"
    )


def one_of(random: "Random", values: Sequence[T]) -> T:
    """One of `values`, each as likely as the next."""
    return values[int(random.random() * len(values))]
