"""Live Tail through boto3. The commands and answers are described in `tests/clients/sdks/__init__.py`.

Everything but the endpoint comes from the environment: region, credentials, the CA, and that the host gets no prefix.
"""

import json
import sys
import threading
from typing import Any

import boto3
from botocore.exceptions import ClientError

logs = boto3.client("logs", endpoint_url=sys.argv[1])
OPERATIONS = {
    "CreateLogGroup": logs.create_log_group,
    "CreateLogStream": logs.create_log_stream,
    "PutLogEvents": logs.put_log_events,
}


def write(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def fail(error: Exception) -> None:
    kind = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
    write({"error": {"type": kind, "message": str(error)}})


def follow(stream: Any, closed: threading.Event) -> None:
    """Read a stream to its end; once it is closed, nothing more is said of it."""
    try:
        for event in stream:
            if "sessionStart" in event:
                write({"event": "sessionStart", **event["sessionStart"]})
            if "sessionUpdate" in event:
                update = event["sessionUpdate"]
                sampled = update["sessionMetadata"]["sampled"]
                write({"event": "sessionUpdate", "sampled": sampled, "events": update["sessionResults"]})
        if not closed.is_set():
            write({"event": "end"})
    except Exception as error:
        if not closed.is_set():
            fail(error)


def pages_of_filter_log_events(request: dict[str, Any]) -> dict[str, Any]:
    pages = list(logs.get_paginator("filter_log_events").paginate(**request))
    return {"pages": len(pages), "messages": [event["message"] for page in pages for event in page["events"]]}


def pages_of_get_log_events(request: dict[str, Any]) -> dict[str, Any]:
    """boto3 has no paginator for GetLogEvents: the end is where a token comes back as it was given."""
    pages, messages, given = 0, [], None
    while True:
        page = logs.get_log_events(**request, startFromHead=True, **({"nextToken": given} if given else {}))
        pages += 1
        messages += [event["message"] for event in page["events"]]
        if page["nextForwardToken"] == given:
            return {"pages": pages, "messages": messages}
        given = page["nextForwardToken"]


def main() -> None:
    stream: Any = None
    closed = threading.Event()
    for line in sys.stdin:
        request = json.loads(line)
        call = request.pop("call")
        try:
            if call == "Close":
                closed.set()
                stream.close()
                write({"result": {}})
            elif call == "StartLiveTail":
                stream = logs.start_live_tail(**request)["responseStream"]
                closed = threading.Event()
                threading.Thread(target=follow, args=(stream, closed), daemon=True).start()
            elif call == "FilterLogEvents":
                write({"result": pages_of_filter_log_events(request)})
            elif call == "GetLogEvents":
                write({"result": pages_of_get_log_events(request)})
            else:
                OPERATIONS[call](**request)
                write({"result": {}})
        except Exception as error:
            fail(error)


main()
