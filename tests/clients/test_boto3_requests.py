"""What surrounds an operation: the host that SDKs make up, credentials as account and region, packed bodies."""

import gzip
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from livetail import LiveTailEmulator
from tests.clients.tailing import PATIENT, Tail

MIDNIGHT = 1_767_225_600_000

UNMODIFIED = """
import boto3, sys
logs = boto3.client("logs")
logs.create_log_group(logGroupName="/app/api")
arn = logs.describe_log_groups()["logGroups"][0]["logGroupArn"]
stream = logs.start_live_tail(logGroupIdentifiers=[arn])["responseStream"]
print(arn, *next(iter(stream)))
stream.close()
logs.close()
"""
"""A program without any code for the emulator."""


# ---- the host prefix -----------------------------------------------------------------------------------------------


def test_an_unmodified_program_works_with_the_lines_of_livetail_env(manual: LiveTailEmulator, tmp_path: Path) -> None:
    script = f"""
        eval "$({sys.executable} -m livetail env --endpoint {manual.endpoint_url})" && exec {sys.executable} program.py
    """
    (tmp_path / "program.py").write_text(UNMODIFIED)
    home = {"HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    shell = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], **home},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (shell.stdout, shell.stderr) == (
        "arn:aws:logs:us-east-1:123456789012:log-group:/app/api sessionStart\n",
        "",
    )


def test_without_the_second_variable_the_client_looks_for_stream_127(
    manual: LiveTailEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = _response_names(monkeypatch, {})
    logs = _unmodified_client(manual, monkeypatch, without="AWS_DISABLE_HOST_PREFIX_INJECTION")
    logs.create_log_group(logGroupName="/app/api")
    port = urlsplit(manual.endpoint_url).port
    with pytest.raises(EndpointConnectionError) as caught:
        logs.start_live_tail(logGroupIdentifiers=[manual.log_group_arn("/app/api")])
    assert str(caught.value) == f'Could not connect to the endpoint URL: "http://stream-127.0.0.1:{port}/"'
    assert looked_up == ["stream-127.0.0.1"]
    logs.close()


def test_the_host_with_a_prefix_works_where_it_has_an_address(
    manual: LiveTailEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a line in /etc/hosts, or a network alias of a container."""
    looked_up = _response_names(monkeypatch, {"stream-127.0.0.1": "127.0.0.1"})
    logs = _unmodified_client(manual, monkeypatch, without="AWS_DISABLE_HOST_PREFIX_INJECTION")
    logs.create_log_group(logGroupName="/app/api")
    with Tail(logs, manual.log_group_arn("/app/api")) as tail:
        manual.advance(1)
        assert tail.messages() == []
    assert looked_up == ["stream-127.0.0.1"]
    logs.close()


@pytest.mark.parametrize("host", ["streaming-logs.example.com", "stream-livetail", "logs.us-east-1.amazonaws.com"])
def test_any_host_is_served(manual: LiveTailEmulator, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    _response_names(monkeypatch, {host: "127.0.0.1"})
    logs = manual.client(config=PATIENT, endpoint_url=f"http://{host}:{urlsplit(manual.endpoint_url).port}")
    logs.create_log_group(logGroupName="/app/api")
    with Tail(logs, manual.log_group_arn("/app/api")) as tail:
        assert tail.start["logGroupIdentifiers"] == [manual.log_group_arn("/app/api")]
    logs.close()


def _unmodified_client(emulator: LiveTailEmulator, monkeypatch: pytest.MonkeyPatch, *, without: str) -> Any:
    """A client as a program makes it that has the variables of the emulator, but for one."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    variables = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_MAX_ATTEMPTS": "1"}
    for name, value in (emulator.environment() | variables).items():
        if name != without:
            monkeypatch.setenv(name, value)
    return boto3.session.Session().client("logs", config=PATIENT)


def _response_names(monkeypatch: pytest.MonkeyPatch, known: dict[str, str]) -> list[str]:
    """Replace the name server, so that no real one is asked; returns the list of names that were looked up."""
    looked_up: list[str] = []
    getaddrinfo = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **options: Any) -> Any:
        if host == "127.0.0.1":
            return getaddrinfo(host, *args, **options)
        looked_up.append(host)
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return getaddrinfo(known[host], *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return looked_up


# ---- account and region --------------------------------------------------------------------------------------------


def test_each_region_of_a_client_is_a_place_of_its_own(manual: LiveTailEmulator) -> None:
    here, there = manual.client(config=PATIENT), manual.client(config=PATIENT, region_name="eu-central-1")
    there.create_log_group(logGroupName="/app/api")
    assert here.describe_log_groups()["logGroups"] == []
    (group,) = there.describe_log_groups()["logGroups"]
    assert group["logGroupArn"] == "arn:aws:logs:eu-central-1:123456789012:log-group:/app/api"
    with Tail(there, group["logGroupArn"]):
        with pytest.raises(here.exceptions.ResourceNotFoundException):
            here.start_live_tail(logGroupIdentifiers=[group["logGroupArn"]])
        assert [request["region"] for request in manual.requests()[-2:]] == ["eu-central-1", "us-east-1"]
    here.close()
    there.close()


@pytest.mark.parametrize(
    ("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_a_group_is_tailed_by_the_arn_that_its_region_gives_it(
    manual: LiveTailEmulator, region: str, partition: str
) -> None:
    logs = manual.client(config=PATIENT, region_name=region)
    logs.create_log_group(logGroupName="/app/api")
    logs.create_log_stream(logGroupName="/app/api", logStreamName="s")
    (group,) = logs.describe_log_groups()["logGroups"]
    assert group["logGroupArn"] == f"arn:{partition}:logs:{region}:123456789012:log-group:/app/api"
    with Tail(logs, group["logGroupArn"]) as tail:
        event = {"timestamp": MIDNIGHT, "message": "heard"}
        logs.put_log_events(logGroupName="/app/api", logStreamName="s", logEvents=[event])
        manual.advance(1)
        assert tail.messages() == ["heard"]
    logs.close()


def test_an_access_key_id_of_12_digits_is_the_account(manual: LiveTailEmulator) -> None:
    logs = manual.client(config=PATIENT, aws_access_key_id="111122223333")
    logs.create_log_group(logGroupName="/app/api")
    logs.create_log_stream(logGroupName="/app/api", logStreamName="s")
    manual.put("/app/api", "s", ["of the default account"])
    (group,) = logs.describe_log_groups()["logGroups"]
    assert group["logGroupArn"] == "arn:aws:logs:us-east-1:111122223333:log-group:/app/api"
    with Tail(logs, group["logGroupArn"]) as tail:
        event = {"timestamp": MIDNIGHT, "message": "of this account"}
        logs.put_log_events(logGroupName="/app/api", logStreamName="s", logEvents=[event])
        manual.put("/app/api", "s", ["of the default account"])
        manual.advance(1)
        (result,) = tail.update()["sessionResults"]
        assert result["message"] == "of this account"
        assert result["logGroupIdentifier"] == "111122223333:/app/api"
    logs.close()


def test_a_monitoring_account_tails_the_group_of_another(manual: LiveTailEmulator, logs: Any) -> None:
    source = manual.client(config=PATIENT, aws_access_key_id="111122223333")
    source.create_log_group(logGroupName="/app/api")
    source.create_log_stream(logGroupName="/app/api", logStreamName="s")
    with Tail(logs, "arn:aws:logs:us-east-1:111122223333:log-group:/app/api") as tail:
        event = {"timestamp": MIDNIGHT, "message": "from afar"}
        source.put_log_events(logGroupName="/app/api", logStreamName="s", logEvents=[event])
        manual.advance(1)
        (result,) = tail.update()["sessionResults"]
        assert result["logGroupIdentifier"] == "111122223333:/app/api"
    source.close()


# ---- packed bodies -------------------------------------------------------------------------------------------------


def test_gzip_bodies_are_unpacked(manual: LiveTailEmulator, logs: Any) -> None:
    """As the CloudWatch agent sends PutLogEvents."""
    manual.put("/app/api", "s", ["before"])
    _pack(logs, lambda body: gzip.compress(body))
    messages = [f"line {number} " + "=" * 1000 for number in range(900)]
    with Tail(logs, manual.log_group_arn("/app/api"), logEventFilterPattern='"line 77 "') as tail:
        events = [{"timestamp": MIDNIGHT, "message": message} for message in messages]
        logs.put_log_events(logGroupName="/app/api", logStreamName="s", logEvents=events)
        manual.advance(1)
        assert tail.messages() == [messages[77]]
    assert manual.requests()[-1]["parameters"]["logEvents"][899]["message"] == messages[899]


def test_a_body_that_is_not_gzip_is_refused(logs: Any) -> None:
    _pack(logs, lambda body: body)
    with pytest.raises(ClientError) as caught:
        logs.describe_log_groups()
    assert caught.value.response["Error"] == {
        "Code": "SerializationException",
        "Message": "The request body is not valid gzip.",
    }


def test_a_body_that_unpacks_to_too_much_is_refused(logs: Any) -> None:
    _pack(logs, lambda _: gzip.compress(b" " * (16 * 1024 * 1024 + 1)))
    with pytest.raises(ClientError) as caught:
        logs.describe_log_groups()
    assert caught.value.response["Error"]["Code"] == "RequestEntityTooLargeException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413


def _pack(logs: Any, pack: Any) -> None:
    """Make a client send its bodies as gzip."""

    def before_call(params: dict[str, Any], **_: object) -> None:
        params["body"] = pack(params["body"].encode() if isinstance(params["body"], str) else params["body"])
        params["headers"]["Content-Encoding"] = "gzip"

    logs.meta.events.register("before-call.cloudwatch-logs", before_call)


# ---- the client of the handle --------------------------------------------------------------------------------------


def test_options_of_the_handles_client_go_to_boto3(manual: LiveTailEmulator) -> None:
    logs = manual.client(region_name="eu-west-1", config=Config(read_timeout=7, user_agent_extra="mine"))
    assert logs.meta.region_name == "eu-west-1"
    assert logs.meta.config.read_timeout == 7
    assert logs.meta.config.inject_host_prefix is False
    logs.describe_log_groups()
    assert "mine" in str(manual.requests()[-1]["userAgent"])
    logs.close()
