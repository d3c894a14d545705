"""Live Tail through aiobotocore. The commands and answers are described in `tests/clients/sdks/__init__.py`.

Everything but the endpoint comes from the environment: region, credentials, the CA, and that the host gets no prefix.
"""

import asyncio
import json
import sys
from typing import Any

from aiobotocore.session import get_session
from botocore.exceptions import ClientError


def write(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def fail(error: Exception) -> None:
    kind = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
    write({"error": {"type": kind, "message": str(error)}})


async def follow(stream: Any) -> None:
    """Read a stream to its end."""
    try:
        async for event in stream:
            if "sessionStart" in event:
                write({"event": "sessionStart", **event["sessionStart"]})
            if "sessionUpdate" in event:
                update = event["sessionUpdate"]
                sampled = update["sessionMetadata"]["sampled"]
                write({"event": "sessionUpdate", "sampled": sampled, "events": update["sessionResults"]})
        write({"event": "end"})
    except Exception as error:
        fail(error)


async def pages_of_filter_log_events(logs: Any, request: dict[str, Any]) -> dict[str, Any]:
    pages = [page async for page in logs.get_paginator("filter_log_events").paginate(**request)]
    return {"pages": len(pages), "messages": [event["message"] for page in pages for event in page["events"]]}


async def pages_of_get_log_events(logs: Any, request: dict[str, Any]) -> dict[str, Any]:
    """aiobotocore has no paginator for GetLogEvents: the end is where a token comes back as it was given."""
    pages, messages, given = 0, [], None
    while True:
        page = await logs.get_log_events(**request, startFromHead=True, **({"nextToken": given} if given else {}))
        pages += 1
        messages += [event["message"] for event in page["events"]]
        if page["nextForwardToken"] == given:
            return {"pages": pages, "messages": messages}
        given = page["nextForwardToken"]


async def main() -> None:
    loop = asyncio.get_running_loop()
    async with get_session().create_client("logs", endpoint_url=sys.argv[1]) as logs:
        operations = {
            "CreateLogGroup": logs.create_log_group,
            "CreateLogStream": logs.create_log_stream,
            "PutLogEvents": logs.put_log_events,
        }
        stream: Any = None
        following: asyncio.Task[None] | None = None
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            request = json.loads(line)
            call = request.pop("call")
            try:
                if call == "Close":
                    if following is not None:
                        following.cancel()
                    stream.close()
                    write({"result": {}})
                elif call == "StartLiveTail":
                    stream = (await logs.start_live_tail(**request))["responseStream"]
                    following = asyncio.create_task(follow(stream))
                elif call == "FilterLogEvents":
                    write({"result": await pages_of_filter_log_events(logs, request)})
                elif call == "GetLogEvents":
                    write({"result": await pages_of_get_log_events(logs, request)})
                else:
                    await operations[call](**request)
                    write({"result": {}})
            except Exception as error:
                fail(error)
        if following is not None:
            following.cancel()


asyncio.run(main())
