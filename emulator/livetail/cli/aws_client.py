"""A boto3 client for an endpoint that a command is given: an emulator, AWS, or something else."""

import contextlib
import queue
import threading
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from livetail.cli.command_parser import CommandError

Arrived: TypeAlias = "queue.SimpleQueue[dict[str, Any] | Exception | None]"
"""What a session gives: an empty message when it begins, its messages, and last its error; None is a clean end."""


def is_aws(url: str) -> bool:
    """Whether the host of a URL is one of AWS."""
    return (urlsplit(url).hostname or "").endswith((".amazonaws.com", ".amazonaws.com.cn"))


def aws_client(
    url: str | None, read_timeout_s: float | None, *, region: str | None = None, validates_parameters: bool = True
) -> Any:
    """A client for CloudWatch Logs at `url` that sends each request once; without a URL, as boto3 is configured.

    Requests are signed with the shell's credentials, if any: another endpoint than AWS may check them too.

    Args:
        read_timeout_s: None is no timeout.
        region: by default that of AWS's host name, else the shell's.
        validates_parameters: whether boto3 refuses parameters itself.

    Raises:
        CommandError: boto3 refuses its own settings.
    """
    import boto3
    import botocore.session
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    try:
        if url is None:
            return boto3.client("logs", region_name=region)
        session = botocore.session.get_session()
        default_region = session.get_config_variable("region") or "us-east-1"
        options: dict[str, Any] = {}
        if is_aws(url):
            default_region = (urlsplit(url).hostname or "").split(".")[1]
        else:
            # Without the machine's role: only AWS may get it, and looking for one takes seconds.
            session.get_component("credential_provider").remove("iam-role")
            if session.get_credentials() is None:
                options = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        config = Config(
            inject_host_prefix=is_aws(url),
            parameter_validation=validates_parameters,
            read_timeout=read_timeout_s,
            retries={"total_max_attempts": 1},
        )
        return boto3.Session(botocore_session=session).client(
            "logs", endpoint_url=url, region_name=region or default_region, config=config, **options
        )
    except (BotoCoreError, ValueError) as error:
        raise CommandError(sentence(error)) from None


def start_session(client: Any, parameters: dict[str, Any]) -> Arrived:
    """Call StartLiveTail and read the session to its end, in a thread: boto3 has no wait that a signal could end."""
    arrived: Arrived = queue.SimpleQueue()

    def read() -> None:
        try:
            with contextlib.closing(client.start_live_tail(**parameters)["responseStream"]) as stream:
                arrived.put({})
                for message in stream:
                    arrived.put(message)
        except Exception as error:
            arrived.put(error)
        else:
            arrived.put(None)

    threading.Thread(target=read, daemon=True).start()
    return arrived


def code_and_message(error: Any) -> tuple[str, str]:
    """The name and the message of an error of the service."""
    members = error.response.get("Error", {})
    return str(members.get("Code") or "an error without a name"), str(members.get("Message") or "")


def sentence(error: Exception) -> str:
    """The text of an error in one line. Some errors of urllib3 repeat their text in an object."""
    first = error.args[0] if len(error.args) > 1 and isinstance(error.args[0], str) else error
    return " ".join(str(first).split()) or type(error).__name__
