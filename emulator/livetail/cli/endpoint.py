"""Which running emulator a command talks to. Standard library only, for `livetail healthcheck`."""

import argparse
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from livetail.cli.errors import CommandError
from livetail.control_client import ControlClient, NoResponseError
from livetail.environment import reachable

_SIGNATURE_ERRORS: Final = {
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "UnrecognizedClientException",
}


def default_endpoint() -> str:
    """Where the emulator of `livetail exec` is; else where the server of this container listens; else where a server
    that was started with this environment does."""
    if os.environ.get("LIVETAIL_ENDPOINT"):
        return os.environ["LIVETAIL_ENDPOINT"]
    if (url := served_by(1)) is not None:
        return url
    tls = os.environ.get("LIVETAIL_TLS", "").lower() in ("1", "true")
    scheme = "https" if tls or os.environ.get("LIVETAIL_TLS_DIR") or os.environ.get("LIVETAIL_CERTFILE") else "http"
    port = os.environ.get("LIVETAIL_PORT", "")  # Kubernetes sets it to tcp://… for a service called livetail
    return f"{scheme}://127.0.0.1:{port if port.isdecimal() else 4586}"


def served_by(process_id: int) -> str | None:
    """The endpoint of the server that this process is, by its flags and the environment; None if it is none.

    The first process of a container is the server, or an init process whose arguments end in the server's command. Its
    flags are known only from there (proc(5), cmdline), and the health check of the image has to follow them.
    """
    try:
        words = Path(f"/proc/{process_id}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return None  # there is no /proc on this system
    command = next((at for at, word in enumerate(words) if word == "serve" and _is_livetail(words[:at])), None)
    if command is None:
        return None
    from livetail.settings import FLAGS, Settings, SettingsError  # not needed outside a container

    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    for flag in FLAGS:
        flag.add_to(parser)
    try:
        given, _ = parser.parse_known_args(words[command + 1 :])
        settings = Settings.resolve(vars(given), os.environ)
    except (argparse.ArgumentError, SettingsError):
        return None
    scheme = "https" if settings.serves_tls else "http"
    return f"{scheme}://{reachable(settings.host)}:{settings.port}"


def _is_livetail(words: list[str]) -> bool:
    """Whether a command line that begins with these words runs the command."""
    return any(word.rpartition("/")[2] == "livetail" for word in words)


def add_endpoint_flag(parser: argparse.ArgumentParser) -> None:
    """Add `--endpoint URL`."""
    parser.add_argument(
        "--endpoint", metavar="URL", default=default_endpoint(), help="the running emulator [%(default)s]"
    )


def add_region_flag(parser: argparse.ArgumentParser) -> None:
    """Add `--region NAME`, which follows the environment as SDKs do."""
    parser.add_argument(
        "--region",
        default=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"),
        metavar="NAME",
        help="region of the log group [AWS_REGION, else AWS_DEFAULT_REGION, else the server's own]",
    )


def add_json_flag(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="print JSON for programs, not text for people")


def connect(url: str, timeout: float = 60) -> ControlClient:
    """A client of the emulator at `url`.

    Raises:
        CommandError: it is no URL.
    """
    try:
        return ControlClient(url, timeout)
    except ValueError as error:
        raise CommandError(f"--endpoint {error}", status=2) from None


def control(client: ControlClient, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """Send a request to the control plane; returns the JSON object of the response.

    Raises:
        CommandError: nothing responds, something other than Livetail does, or the request is refused.
    """
    try:
        status, response = client.request(method, f"/_livetail{path}", body)
    except NoResponseError as error:
        raise CommandError(str(error)) from None
    if not isinstance(response, dict):
        raise CommandError(f"{client.url} responds, but not as Livetail does (status {status})")
    if status != 200:
        raise CommandError(str(response.get("error") or f"{method} {path} was refused with status {status}"))
    return response


def call(
    client: ControlClient,
    operation: str,
    parameters: dict[str, Any],
    region: str | None = None,
    *,
    allowed: Collection[str] = (),
) -> dict[str, Any]:
    """Call an operation of the AWS API; returns its result, which is empty for an error among those `allowed`.

    Raises:
        CommandError: nothing responds, something other than Livetail does, or the call is refused.
    """
    try:
        status, response = client.call(operation, parameters, region)
    except NoResponseError as error:
        raise CommandError(str(error)) from None
    if status == 200:
        if response is not None and not isinstance(response, dict):
            raise CommandError(f"{client.url} responds, but not as Livetail does (status {status})")
        return response or {}
    code = response.get("__type") if isinstance(response, dict) else None
    if code in allowed:
        return {}
    raise CommandError(refusal(operation, status, response))


def refusal(operation: str, status: int, response: Any) -> str:
    """One sentence about an error of the AWS API."""
    response = response if isinstance(response, dict) else {}
    code = str(response.get("__type") or f"status {status}")
    message = " ".join(str(response.get("message") or "").split())
    hint = "; the server checks signatures, and this command does not sign" if code in _SIGNATURE_ERRORS else ""
    return f"{operation} was refused: {code}{': ' if message else ''}{message.rstrip('.') if hint else message}{hint}"
