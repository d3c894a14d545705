"""Access logs of web servers: Apache's and nginx's `combined`, which have the same fields in the same order.

https://httpd.apache.org/docs/2.4/logs.html#combined and https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format
"""

from livetail.scenarios.formats.base import Format
from livetail.scenarios.timestamps import AccessLogTime
from livetail.scenarios.traffic import one_of, weighted


class ApacheFormat(Format):
    """`%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"`."""

    protocols = weighted(("HTTP/1.1", 9), ("HTTP/1.0", 1))
    empty_body = "-"

    @staticmethod
    def make_time() -> AccessLogTime:
        return AccessLogTime()

    def message(self, instant: int, stream: int) -> str:
        request = self._traffic.request()
        address, user, agent, referer = self._traffic.visitor(request)
        protocol = "HTTP/1.1" if request.is_health_check else one_of(self._random, self.protocols)
        return (
            f'{address} - {user or "-"} [{self._time(instant)}] "{request.method} {request.path} {protocol}" '
            f'{request.status} {request.size or self.empty_body} "{referer}" "{agent}"'
        )


class NginxFormat(ApacheFormat):
    """nginx's predefined `combined`: the same, but that an empty body has 0 bytes and HTTP/2 is common."""

    protocols = weighted(("HTTP/2.0", 7), ("HTTP/1.1", 3))
    empty_body = "0"
