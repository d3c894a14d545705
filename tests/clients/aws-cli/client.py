"""Live Tail through the AWS CLI. The commands and answers are described in `tests/clients/sdks/__init__.py`.

`aws logs start-live-tail` prints the messages of log events and nothing else: each is one answer, `{"message": …}`.
Everything but the endpoint comes from the environment: region, credentials, the CA, and that the host gets no prefix.
"""

import json
import re
import subprocess
import sys
import threading
from typing import Any

AWS = [sys.executable, "-W", "ignore", "-m", "awscli", "logs"]
AT_ENDPOINT = ["--endpoint-url", sys.argv[1]]


def write(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def fail(status: int, stderr: str) -> None:
    code = re.search(r"An error occurred \((\w+)\)", stderr)
    write({"error": {"type": code[1] if code else f"exit status {status}", "message": stderr.strip()}})


def flags(request: dict[str, Any]) -> list[str]:
    """`{"logGroupName": "/app"}` as `--log-group-name /app`."""
    words: list[str] = []
    for name, value in request.items():
        words.append("--" + re.sub("([A-Z])", r"-\1", name).lower())
        if name == "logEvents":
            words.append("file:///dev/stdin")  # 256 KiB are too much for an argument
        else:
            words += map(str, value) if isinstance(value, list) else [str(value)]
    return words


def aws(command: str, request: dict[str, Any]) -> Any:
    """Run a command to its end; returns what it printed, None after an error."""
    given = json.dumps(request.get("logEvents"))
    line = [*AWS, *command.split(), *flags(request), *AT_ENDPOINT, "--output", "json"]
    run = subprocess.run(line, input=given, capture_output=True, text=True, encoding="utf-8", check=False)
    if run.returncode:
        fail(run.returncode, run.stderr)
        return None
    return json.loads(run.stdout or "{}")


def pages_of_filter_log_events(request: dict[str, Any]) -> dict[str, Any] | None:
    """The CLI goes through the pages itself, and prints them as one."""
    size = request.pop("limit", 50)
    answer = aws("filter-log-events", {**request, "pageSize": size})
    return answer and {"pages": 1, "messages": [event["message"] for event in answer["events"]]}


def pages_of_get_log_events(request: dict[str, Any]) -> dict[str, Any] | None:
    """The CLI does not go through these pages: the end is where a token comes back as it was given."""
    pages, messages, given = 0, [], None
    while True:
        page = aws("get-log-events --start-from-head", {**request, **({"nextToken": given} if given else {})})
        if page is None:
            return None
        pages += 1
        messages += [event["message"] for event in page["events"]]
        if page["nextForwardToken"] == given:
            return {"pages": pages, "messages": messages}
        given = page["nextForwardToken"]


class Tail:
    """`aws logs start-live-tail`, until it is over or closed; once it is closed, nothing more is said of it."""

    def __init__(self, request: dict[str, Any]) -> None:
        self._is_closed = False
        self._process = subprocess.Popen(
            [*AWS, "start-live-tail", *flags(request), *AT_ENDPOINT],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._follow, daemon=True)
        self._reader.start()

    def _follow(self) -> None:
        assert self._process.stdout is not None and self._process.stderr is not None
        for line in self._process.stdout:
            write({"message": line.removesuffix("\n")})
        stderr = self._process.stderr.read()
        status = self._process.wait()
        if self._is_closed:
            return
        if status:
            fail(status, stderr)
        else:
            write({"event": "end"})

    def close(self) -> None:
        self._is_closed = True
        self._process.terminate()
        self._reader.join()


def main() -> None:
    commands = {
        "CreateLogGroup": "create-log-group",
        "CreateLogStream": "create-log-stream",
        "PutLogEvents": "put-log-events",
    }
    tail: Tail | None = None
    for line in sys.stdin:
        request = json.loads(line)
        call = request.pop("call")
        if call == "StartLiveTail":
            tail = Tail(request)
            continue
        result: dict[str, Any] | None = {}
        if call == "Close":
            assert tail is not None
            tail.close()
        elif call == "FilterLogEvents":
            result = pages_of_filter_log_events(request)
        elif call == "GetLogEvents":
            result = pages_of_get_log_events(request)
        elif aws(commands[call], request) is None:
            result = None
        if result is not None:
            write({"result": result})


main()
