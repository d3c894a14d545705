"""What every SDK is to see of each step, and what is an SDK's own way."""

from collections.abc import Mapping
from typing import Any, Final

from tests.clients.sdks.script import ERRORS, GROUP, MIDNIGHT_MS, STREAM

ALL: Final[Mapping[str, Any]] = {
    "make and put": {"outcomes": ["ok", "ok", "ok", "ResourceAlreadyExistsException"]},
    "sessionStart": {"ids": True, "arns": True, "names": [STREAM], "prefixes": [], "pattern": "ERROR"},
    "empty update": {"event": "sessionUpdate", "sampled": False, "events": []},
    "content": {
        "put": "ok",
        "same": True,
        "members": {
            "ingestionTime": MIDNIGHT_MS,
            "logGroupIdentifier": f"123456789012:{GROUP}",
            "logStreamName": STREAM,
            "timestamp": MIDNIGHT_MS,
        },
    },
    "sampled": {"sampled": True, "events": 500},
    "filters": {
        "names": ['{"level": "ERROR"}', '{"level": "INFO"}'],
        "prefixes": ["plain"],
        "pattern": ['{"level": "ERROR"}'],
    },
    "errors before the stream": {code: {"outcome": code, "requests": 1} for code in ERRORS},
    "session timeout": {"updates": 10, "outcome": "SessionTimeoutException"},
    "streaming exception": {"updates": 1, "outcome": "SessionStreamingException"},
    "unmodeled error": {"updates": 1, "outcome": "InternalError"},
    "cut": {"updates": 1, "outcome": "error"},
    "reset": {"updates": 1, "outcome": "error"},
    "corrupt": {"updates": 1, "outcome": "error"},
    "stall": {"messages": [f"second {second}" for second in range(8)]},
    "close": {"sessions": 0},
    "pages": {"FilterLogEvents": {"pages": 4, "messages": 5}, "GetLogEvents": {"pages": 4, "messages": 5}},
    "retries": {"outcome": "ok", "requests": 3, "stored": 1},
}

OWN_WAY: Final[Mapping[str, Mapping[str, Any]]] = {}
"""By SDK, or SDK and scheme (`go https`), then by step: what differs from `ALL`."""


def expected(sdk: str, scheme: str, step: str) -> Any:
    for key in (f"{sdk} {scheme}", sdk):
        if step in OWN_WAY.get(key, {}):
            return OWN_WAY[key][step]
    return ALL[step]
