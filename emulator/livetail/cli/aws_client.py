"""A boto3 client for an endpoint that a command is given: an emulator, AWS, or something else."""

from typing import Any
from urllib.parse import urlsplit

from livetail.cli.endpoint import connect
from livetail.cli.errors import CommandError


def is_aws(url: str) -> bool:
    """Whether the host of a URL is one of AWS."""
    return (urlsplit(url).hostname or "").endswith((".amazonaws.com", ".amazonaws.com.cn"))


def aws_client(url: str, read_timeout_s: float) -> Any:
    """A client for CloudWatch Logs at `url` that sends what it is told, once.

    The region is that of AWS's host name, else the shell's. AWS gets the shell's credentials; another endpoint gets
    them as well where there are any, since it may check them.

    Raises:
        CommandError: it is no URL, or boto3 is missing or refuses its own settings.
    """
    try:
        import boto3
        import botocore.session
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError:
        raise CommandError("conformance needs boto3: pip install 'livetail[boto3]'") from None
    connect(url)
    config = Config(
        inject_host_prefix=is_aws(url),
        parameter_validation=False,
        read_timeout=read_timeout_s,
        retries={"total_max_attempts": 1},
    )
    session = botocore.session.get_session()
    try:
        region = session.get_config_variable("region") or "us-east-1"
        options: dict[str, Any] = {}
        if is_aws(url):
            region = (urlsplit(url).hostname or "").split(".")[1]
        else:
            # The machine's own role is not for others, and to look for one takes seconds where there is none.
            session.get_component("credential_provider").remove("iam-role")
            if session.get_credentials() is None:
                options = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.Session(botocore_session=session).client(
            "logs", endpoint_url=url, region_name=region, config=config, **options
        )
    except (BotoCoreError, ValueError) as error:
        raise CommandError(" ".join(str(error).split())) from None
