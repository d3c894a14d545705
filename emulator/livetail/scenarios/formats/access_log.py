"""Access logs of web servers: Apache's and nginx's `combined`, which have the same fields in the same order.

https://httpd.apache.org/docs/2.4/logs.html#combined and https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from livetail.scenarios.formats.base import LineFormat
from livetail.scenarios.timestamps import AccessLogTime
from livetail.scenarios.traffic import Traffic, one_of, weighted

if TYPE_CHECKING:
    from livetail.core.chance import Random

__all__ = ["ApacheFormat", "NginxFormat"]

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
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 1),
    ("curl/8.10.1", 1),
)
_REFERERS = weighted(
    ("-", 5),
    ("https://shop.example.com/", 4),
    ("https://shop.example.com/products", 3),
    ("https://www.example.org/", 1),
)


class ApacheFormat(LineFormat):
    """`%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"`."""

    protocols = weighted(("HTTP/1.1", 9), ("HTTP/1.0", 1))
    empty_body = "-"

    def __init__(self, random: "Random", stream_names: Sequence[str]) -> None:
        super().__init__(random, stream_names)
        self._traffic = Traffic(random)
        self._time = AccessLogTime()

    def message(self, instant: int, stream: int) -> str:
        traffic, random = self._traffic, self._random
        method, path, status, _, size = traffic.request()
        # Who is not logged in has no user; a 401 says just that.
        user = "-" if status == 401 or random.random() < 0.7 else traffic.user()
        return (
            f'{traffic.address()} - {user} [{self._time(instant)}] "{method} {path} {one_of(random, self.protocols)}" '
            f'{status} {size or self.empty_body} "{one_of(random, _REFERERS)}" "{one_of(random, _AGENTS)}"'
        )


class NginxFormat(ApacheFormat):
    """nginx's predefined `combined`: the same, but that an empty body has 0 bytes and HTTP/2 is common."""

    protocols = weighted(("HTTP/2.0", 7), ("HTTP/1.1", 3))
    empty_body = "0"
