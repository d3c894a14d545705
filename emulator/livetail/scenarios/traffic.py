"""The imaginary web shop of the generated lines: its requests, and the visitors who send them.

Everything is drawn with `Random.random` and `Random.getrandbits`, whose sequences Python keeps the same from version to
version; `choices`, `shuffle` and the distributions of `random` may change, and would change the logs of a seed.
Addresses come from the blocks that RFC 5737 sets aside for documentation.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeVar

from livetail.core.chance import Chance, Random
from livetail.core.clock import SECOND

T = TypeVar("T")


class Request(NamedTuple):
    """One request to the shop and its response; fields that belong together agree.

    Attributes:
        latency_ms: how long it took; a request that failed in the server took longer.
        size: bytes of the response's body, 0 where it has none.
    """

    method: str
    path: str
    status: int
    latency_ms: int
    size: int

    @property
    def is_health_check(self) -> bool:
        return self.path == HEALTH_PATH


class Visitor(NamedTuple):
    """Who sends a request; `user` is None for somebody who is not logged in, `referer` and `agent` as headers."""

    address: str
    user: str | None
    agent: str
    referer: str


HEALTH_PATH: Final = "/health"


def weighted(*choices: tuple[T, int]) -> tuple[T, ...]:
    """Each value, repeated as often as its weight is, so that a random index draws by weight."""
    return tuple(value for value, weight in choices for _ in range(weight))


# Path, where a `#` stands for a number and `@` for a search term; usual latency in milliseconds; usual size in bytes.
_ROUTES: tuple[tuple[str, str, int, int], ...] = weighted(
    (("GET", "/", 12, 5120), 10),
    (("GET", "/products", 35, 18400), 12),
    (("GET", "/products/#", 24, 9200), 22),
    (("GET", "/search?q=@&page=#", 60, 14800), 8),
    (("GET", "/cart", 18, 2300), 10),
    (("POST", "/cart/items", 28, 640), 10),
    (("DELETE", "/cart/items/#", 22, 180), 3),
    (("POST", "/checkout", 160, 910), 6),
    (("POST", "/login", 85, 420), 5),
    (("GET", "/orders/#", 30, 3100), 6),
    (("PUT", "/account/address", 40, 350), 2),
    (("GET", HEALTH_PATH, 2, 15), 6),
)
_STATUSES: dict[str, tuple[int, ...]] = {
    "GET": weighted((200, 86), (304, 6), (404, 4), (403, 1), (500, 2), (503, 1)),
    "POST": weighted((201, 78), (200, 10), (400, 4), (401, 3), (409, 1), (500, 3), (502, 1)),
    "PUT": weighted((200, 92), (400, 4), (500, 4)),
    "DELETE": weighted((204, 93), (404, 5), (500, 2)),
}
_BODILESS = frozenset({204, 304})
_TERMS: Final = (
    *("lamp", "desk", "oak+chair", "rug", "mirror", "shelf"),
    *("bed+linen", "vase", "curtain", "kettle", "mug", "clock"),
)
_CRAWLED: Final = ("/products", "/search", "/health")
_AGENTS = weighted(
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
        "Safari/537.36",
        5,
    ),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0", 2),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
        "Mobile/15E148 Safari/604.1",
        4,
    ),
    ("curl/8.10.1", 1),
)
_CRAWLER: Final = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
_REFERERS = weighted(
    ("-", 5),
    ("https://shop.example.com/", 4),
    ("https://shop.example.com/products", 3),
    ("https://www.example.org/", 1),
)
_NETWORKS = weighted(("203.0.113.", 3), ("198.51.100.", 2), ("192.0.2.", 1))
_SLOW_MS = 1_000
_SHARED_IDS_PER_SECOND = 6


class Traffic:
    """Requests to the shop, drawn for one source."""

    def __init__(self, random: Random, chance: Chance) -> None:
        """`random` is the source's own, `chance` that of all sources of the scenario."""
        self._random = random
        self._chance = chance
        self._second = -1
        self._shared_ids: list[str] = []

    def request(self, status: int | None = None) -> Request:
        """The next request, with this `status` if it is given. A health check always succeeds, and is quick."""
        random = self._random.random
        method, path, usual_ms, usual_size = _ROUTES[int(random() * len(_ROUTES))]
        if path == HEALTH_PATH:
            if status in (None, 200):
                return Request(method, path, 200, 1 + int(random() * 4), usual_size)
            path = "/products/#"
        if status is None:
            statuses = _STATUSES[method]
            status = statuses[int(random() * len(statuses))]
        if "#" in path:
            path = path.replace("#", str(1 + int(random() * 4_000)))
        if "@" in path:
            path = path.replace("@", _TERMS[int(random() * len(_TERMS))])
        latency_ms = self.latency(status, usual_ms)
        size = 0 if status in _BODILESS else 120 + int(random() * 400) if status >= 400 else usual_size
        return Request(method, path, status, latency_ms, size + int(random() * size / 4))

    def visitor(self, request: Request) -> Visitor:
        """A sender of this request: the load balancer, a crawler that only reads public pages, or a customer."""
        random = self._random.random
        if request.is_health_check:
            return Visitor(f"10.0.{1 + int(random() * 2)}.12", None, "ELB-HealthChecker/2.0", "-")
        if request.method == "GET" and request.path.startswith(_CRAWLED) and random() < 0.15:
            return Visitor(f"192.0.2.{1 + int(random() * 20)}", None, _CRAWLER, "-")
        # A 401 means that nobody is logged in.
        user = None if request.status == 401 or random() < 0.6 else self.user()
        agent = _AGENTS[int(random() * len(_AGENTS))]
        return Visitor(self.address(), user, agent, _REFERERS[int(random() * len(_REFERERS))])

    def latency(self, status: int, usual_ms: int) -> int:
        """The latency in milliseconds: about `usual_ms` with a long tail, longer if the server failed."""
        random = self._random.random
        if status >= 500:
            # A server error is mostly a timeout.
            return 1_200 + int(random() * 3_800)
        tail = random()
        return 1 + int(usual_ms * (0.6 + 0.5 * random()) / (1.0 - 0.9 * tail * tail))

    def address(self) -> str:
        """The address of a customer."""
        random = self._random.random
        return f"{_NETWORKS[int(random() * len(_NETWORKS))]}{1 + int(random() * 254)}"

    def user(self) -> str:
        """The name of a customer's account."""
        return f"u{1000 + int(self._random.random() * 900)}"

    def request_id(self, instant: int) -> str:
        """The id of the next request, at `instant` (epoch milliseconds).

        The first few of each second are the same in all sources of a scenario, as those of requests that pass through
        several services; so an id that is found in one log group is found in another.
        """
        if instant // SECOND != self._second:
            self._second = instant // SECOND
            shared = self._chance.stream(f"requests {self._second}")
            self._shared_ids = [draw_uuid(shared) for _ in range(_SHARED_IDS_PER_SECOND)]
        return self._shared_ids.pop() if self._shared_ids else draw_uuid(self._random)


def level_of(status: int, latency_ms: int) -> str:
    """The level at which a request with this outcome is logged."""
    if status >= 500:
        return "ERROR"
    return "WARN" if status >= 400 or latency_ms > _SLOW_MS else "INFO"


def draw_uuid(random: Random) -> str:
    """A version 4 UUID; as `livetail.core.ids.uuid4`, but quicker, without a UUID object."""
    digits = f"{random.getrandbits(128):032x}"
    return (
        f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{'89ab'[int(digits[16], 16) & 3]}{digits[17:20]}-{digits[20:]}"
    )


def one_of(random: Random, values: Sequence[T]) -> T:
    """One of `values`, all with the same probability."""
    return values[int(random.random() * len(values))]
