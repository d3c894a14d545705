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
    "streaming exception": {"outcome": "SessionStreamingException"},
    "unmodeled error": {"outcome": "InternalError"},
    "stall": {"messages": [f"second {second}" for second in range(8)]},
    "close": {"sessions": 0},
    "pages": {"FilterLogEvents": {"pages": 4, "messages": 5}, "GetLogEvents": {"pages": 5, "messages": 5}},
    "retries": {"outcome": "ok", "requests": 3, "stored": 1},
}
"""What most SDKs see. There is no such thing for `cut`, `reset` and `corrupt`: each SDK has its own errors for them."""


def _ends_with(**outcomes: str) -> dict[str, Any]:
    """Steps with a fault in a session, by what the stream ended with."""
    return {step.replace("_", " "): {"outcome": outcome} for step, outcome in outcomes.items()}


_RETRIES_LIMIT_EXCEEDED: Final = {
    "errors before the stream": {
        **ALL["errors before the stream"],
        "LimitExceededException": {"outcome": "LimitExceededException", "requests": 3},
    }
}

OWN_WAY: Final[Mapping[str, Mapping[str, Any]]] = {
    "boto3": _ends_with(cut="ProtocolError", reset="ProtocolError", corrupt="ChecksumMismatch"),
    "boto3 1.33.13": _ends_with(cut="ProtocolError", reset="ProtocolError", corrupt="ChecksumMismatch"),
    "aws-cli": {
        step: {"outcome": f"prints {error}, end"}
        for step, error in {
            "streaming exception": "SessionStreamingException",
            "unmodeled error": "InternalError",
            "cut": "an error",
            "reset": "an error",
            "corrupt": "an error",
        }.items()
    }
    | {
        "session timeout": {"updates": 0, "outcome": "prints SessionTimeoutException, end"},
        "content": {**ALL["content"], "members": {}},
        "pages": {"FilterLogEvents": {"pages": 1, "messages": 5}, "GetLogEvents": {"pages": 5, "messages": 5}},
    },
    "aiobotocore": _ends_with(cut="ClientPayloadError", reset="ClientPayloadError", corrupt="ChecksumMismatch"),
    "javascript": _RETRIES_LIMIT_EXCEEDED | _ends_with(cut="Error", reset="Error", corrupt="Error"),
    "javascript 3.474.0": _RETRIES_LIMIT_EXCEEDED
    | _ends_with(cut="Error", reset="Error", corrupt="Error")
    | {  # its paginator drops the limit
        "pages": {"FilterLogEvents": {"pages": 2, "messages": 5}, "GetLogEvents": {"pages": 5, "messages": 5}}
    },
    "go": _RETRIES_LIMIT_EXCEEDED | _ends_with(cut="end", reset="*fmt.wrapError", corrupt="*fmt.wrapError"),
    "rust": _RETRIES_LIMIT_EXCEEDED
    | _ends_with(
        unmodeled_error="ResponseError", cut="DispatchFailure", reset="DispatchFailure", corrupt="ResponseError"
    ),
    "java-netty": _ends_with(
        unmodeled_error="new session", cut="end", reset="new session", corrupt="SdkClientException"
    ),
    "java-crt": _ends_with(
        unmodeled_error="new session", cut="new session", reset="new session", corrupt="SdkClientException"
    ),
    "kotlin": _RETRIES_LIMIT_EXCEEDED
    | _ends_with(
        unmodeled_error="CloudWatchLogsException",
        cut="EventStreamFramingException",
        reset="SocketException",
        corrupt="IllegalStateException",
    ),
}
"""By SDK, then by step: what differs from `ALL`, over HTTP and over TLS."""

ALSO_SEEN: Final[dict[tuple[str, str], Any]] = {("kotlin", "cut"): {"outcome": "EOFException"}}
"""By SDK and step: what is seen in a few runs instead, in 3 of 84 for this one."""


def expected(sdk: str, step: str) -> Any:
    return OWN_WAY[sdk].get(step, ALL.get(step))


def in_words(step: str, seen: Any) -> str:
    """What was seen of a step, as the matrix prints it: `ok`, or how it differs from `ALL`."""
    if seen == ALL.get(step):
        return "ok"
    if step == "content":
        return "messages only"
    if step == "pages":
        return f"{seen['FilterLogEvents']['pages']} of {ALL[step]['FilterLogEvents']['pages']} pages"
    if step == "errors before the stream":
        retried = {answer["requests"] for answer in seen.values()} - {1}
        return f"{max(retried)} requests" if retried else "own way"
    return str(seen.get("outcome", "own way"))
