"""The requests of the web shop: as JSON lines, and as the `combined` access logs of Apache and nginx.

https://httpd.apache.org/docs/2.4/logs.html#combined and https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format
"""

from livetail.scenarios.formats.base import Format, access_log_time, iso_time
from livetail.scenarios.traffic import level_of, one_of, weighted

_ERRORS = (
    ("UpstreamTimeout", "payments did not answer in time"),
    ("ConnectionRefused", "inventory:8443 refused the connection"),
    ("DeadlockDetected", "transaction was chosen as deadlock victim"),
    ("OutOfStock", "reservation of the last item failed"),
)


class JsonFormat(Format):
    def message(self, instant: int, stream: int) -> str:
        traffic = self._traffic
        request = traffic.request()
        method, path, status, latency_ms, size = request
        visitor = traffic.visitor(request)
        user = f'"{visitor.user}"' if visitor.user else "null"
        error = ""
        if status >= 500:
            kind, text = one_of(self._random, _ERRORS)
            error = f',"error":{{"type":"{kind}","message":"{text}"}}'
        # No value has a quote or a backslash, so the text is valid JSON.
        return (
            f'{{"time":"{iso_time(instant)}","level":"{level_of(status, latency_ms)}","service":"shop",'
            f'"message":"{method} {path} {status}","request_id":"{traffic.request_id(instant)}","user":{user},'
            f'"client":"{visitor.address}","method":"{method}","path":"{path}","status":{status},'
            f'"latency_ms":{latency_ms},"bytes":{size}{error}}}'
        )


class ApacheFormat(Format):
    """`%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"`."""

    protocols = weighted(("HTTP/1.1", 9), ("HTTP/1.0", 1))
    empty_body = "-"

    def message(self, instant: int, stream: int) -> str:
        request = self._traffic.request()
        address, user, agent, referer = self._traffic.visitor(request)
        protocol = "HTTP/1.1" if request.is_health_check else one_of(self._random, self.protocols)
        return (
            f'{address} - {user or "-"} [{access_log_time(instant)}] "{request.method} {request.path} {protocol}" '
            f'{request.status} {request.size or self.empty_body} "{referer}" "{agent}"'
        )


class NginxFormat(ApacheFormat):
    """nginx's predefined `combined`: the same, but that an empty body has 0 bytes and HTTP/2 is common."""

    protocols = weighted(("HTTP/2.0", 7), ("HTTP/1.1", 3))
    empty_body = "0"
