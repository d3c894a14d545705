"""Each line that docs/troubleshooting.md shows is printed when what it explains goes wrong."""

import contextlib
import re
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config

from livetail import LiveTailEmulator
from tests.cli.running import call_livetail, serving
from tests.docs.reading import Block, blocks

NAME = "docs/troubleshooting.md"
ARN = "arn:aws:logs:{}:123456789012:log-group:/app/api"

CHANGING = (
    (r"\d\d:\d\d:\d\d (warning )?", r"\1"),  # the time of a line of the log
    (r"\d+\.\d ms", "0.1 ms"),
    (r"session [0-9a-f-]{36}", "session ID"),
    (r"(127\.0\.0\.1|\[::1\]):\d+", r"\1:PORT"),
    (r"127\.0\.0\.1:PORT\"$", '127.0.0.1:9"'),  # the proxy, which does not exist
    (r"(no response from http://\[::1\]:PORT): .*", r"\1: Connection refused"),  # another reason without IPv6
    (r"\(_ssl\.c:\d+\)", "(_ssl.c)"),
)


def alike(text: str) -> str:
    """Text without what differs from run to run."""
    for pattern, replacement in CHANGING:
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    return text


def client(endpoint: str, region: str = "us-east-1", key: str = "test", **config: Any) -> Any:
    return boto3.client(
        "logs",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key="test",
        config=Config(**{"inject_host_prefix": False, "retries": {"total_max_attempts": 1}} | config),
    )


def error_of(call: Any, **parameters: Any) -> str:
    with pytest.raises((botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError)) as error:
        call(**parameters)
    return str(error.value)


@pytest.fixture(scope="module")
def printed() -> str:
    """All that is printed while every problem of the page is provoked."""
    texts = [*_at_a_server(), *_without_a_server(), *_at_a_server_with_signatures(), *_at_a_server_with_tls()]
    return alike("\n".join(texts))


def _at_a_server() -> Iterator[str]:
    flags = ("--clock", "manual@2026-01-01T00:00:00Z", "--max-sessions", "1")
    with serving(*flags, variables={"LIVETAIL_MAX_SESION": "3"}) as (process, lines):
        endpoint = lines[0].removeprefix("Ready. ")
        call_livetail("put", "--endpoint", endpoint, "/app/api", "web-1", given=b"before")
        yield error_of(
            client(endpoint, inject_host_prefix=True).start_live_tail, logGroupIdentifiers=[ARN.format("us-east-1")]
        )
        yield error_of(client(endpoint, proxies={"http": "http://127.0.0.1:9"}).describe_log_groups)
        error_of(client(endpoint, "eu-west-1").start_live_tail, logGroupIdentifiers=[ARN.format("eu-west-1")])
        error_of(client(endpoint, key="210987654321").filter_log_events, logGroupName="/app/api")
        logs = client(endpoint)
        event = {"timestamp": 1_700_000_000_000, "message": "old"}
        logs.put_log_events(logGroupName="/app/api", logStreamName="web-1", logEvents=[event])
        stream = logs.start_live_tail(logGroupIdentifiers=[ARN.format("us-east-1")])["responseStream"]
        error_of(logs.start_live_tail, logGroupIdentifiers=[ARN.format("us-east-1")])
        call_livetail("advance", "--endpoint", endpoint, "2s")
        assert process.stderr is not None
        log = []
        for line in process.stderr:
            log.append(line)
            if "the manual clock has not been moved" in line:
                stream.close()
            if " ended (client)" in line:
                break
        yield "".join(log)
        yield call_livetail("env", "--endpoint", endpoint, variables={"AWS_REGION": "eu-west-1"}).stderr
        yield call_livetail("healthcheck", "--endpoint", endpoint.replace("127.0.0.1", "[::1]")).stderr
        yield call_livetail("serve", "--port", endpoint.rpartition(":")[2]).stderr
        yield call_livetail("match", "--explain", '{ $.level = "ERROR" }', given=b'{"level":"INFO"}\n').stdout
        request = urllib.request.Request(f"{endpoint}/_livetail/health", headers={"Host": "emulator.example.com"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        with contextlib.closing(refused.value):
            yield refused.value.read().decode()


def _without_a_server() -> Iterator[str]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # but does not listen
        yield call_livetail("healthcheck", "--endpoint", f"http://127.0.0.1:{taken.getsockname()[1]}").stderr


def _at_a_server_with_signatures() -> Iterator[str]:
    with LiveTailEmulator(verify_signatures=True, credentials=["AKIDEXAMPLE:secret"]) as emulator:
        yield call_livetail("put", "--endpoint", emulator.endpoint_url, "/app/api", "web-1", given=b"x").stderr


def _at_a_server_with_tls() -> Iterator[str]:
    with LiveTailEmulator(tls=True) as emulator:
        yield error_of(client(emulator.endpoint_url).describe_log_groups)


@pytest.mark.parametrize("block", blocks(NAME, "text"), ids=lambda block: f"line {block.line}")
def test_it_is_printed(block: Block, printed: str) -> None:
    assert alike(block.text).strip() in printed
