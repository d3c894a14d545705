"""The environment variables that point an unmodified AWS SDK or the AWS CLI at the emulator."""

import shlex
from collections.abc import Mapping

__all__ = ["export_lines", "sdk_environment"]


def sdk_environment(endpoint_url: str, region: str, *, ca_bundle: str | None = None) -> dict[str, str]:
    """The variables for a process that talks to nothing but the emulator.

    SDKs send StartLiveTail to `stream-<host>`, which no local name server knows; `AWS_DISABLE_HOST_PREFIX_INJECTION`
    stops that. Many programs ask STS who they are before they ask for logs. The others are what SDKs insist on having.
    """
    variables = {
        "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": endpoint_url,
        "AWS_ENDPOINT_URL_STS": endpoint_url,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    if ca_bundle is not None:
        variables["AWS_CA_BUNDLE"] = ca_bundle
    return variables


_ALWAYS = {
    "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS",
    "AWS_ENDPOINT_URL_STS",
    "AWS_DISABLE_HOST_PREFIX_INJECTION",
    "AWS_CA_BUNDLE",
}


def export_lines(variables: Mapping[str, str]) -> list[str]:
    """Lines for a POSIX shell. Credentials and region that are set already stay as they are."""
    return [
        f"export {name}={shlex.quote(value)}" if name in _ALWAYS else f'export {name}="${{{name}:-{value}}}"'
        for name, value in variables.items()
    ]
