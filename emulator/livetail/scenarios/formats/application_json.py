"""JSON application logs, one object a line, about the requests of a web shop."""

from livetail.scenarios.formats.base import Format
from livetail.scenarios.traffic import level_of, one_of

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
        # Nothing that is put in here holds a quote or a backslash, so the text is JSON as it stands.
        return (
            f'{{"time":"{self._time(instant)}","level":"{level_of(status, latency_ms)}","service":"shop",'
            f'"message":"{method} {path} {status}","request_id":"{self._request_ids.draw(instant)}","user":{user},'
            f'"client":"{visitor.address}","method":"{method}","path":"{path}","status":{status},'
            f'"latency_ms":{latency_ms},"bytes":{size}{error}}}'
        )
