"""The errors of the commands and of the Python interface."""

import importlib
from typing import Any, Final

_SIGNATURE_ERRORS: Final = {
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "UnrecognizedClientException",
}


class LiveTailError(Exception):
    """An emulator cannot start, does not respond or refuses something; `str()` is one sentence, or one a line.

    Attributes:
        exit_status: that of a command which ends with it: 1 (failed) or 2 (wrong usage).
    """

    exit_status = 1


class LiveTailTimeoutError(LiveTailError, TimeoutError):
    """A wait timed out; `str()` describes what was there instead."""


class UrlError(LiveTailError, ValueError):
    """A text is not the URL of an emulator; `str()` is one sentence."""


class NoResponseError(LiveTailError):
    """The emulator does not respond; `str()` is one sentence."""


class AwsError(LiveTailError):
    """An operation of the AWS API was refused; `str()` is one sentence.

    Attributes:
        code: the error's name; None if the response is not one of the AWS API.
    """

    def __init__(self, operation: str, status: int, response: Any) -> None:
        members = response if isinstance(response, dict) else {}
        self.code = str(members["__type"]) if members.get("__type") else None
        sentence = f"{operation} was refused: {self.code or f'status {status}'}"
        if message := " ".join(str(members.get("message") or "").split()):
            sentence += f": {message}"
        if self.code in _SIGNATURE_ERRORS:
            sentence = f"{sentence.rstrip('.')}; the server checks signatures, and this request is not signed"
        super().__init__(sentence)


class MissingExtraError(LiveTailError, ModuleNotFoundError):
    """A package that an extra installs is missing; `str()` is one sentence."""


def import_extra(package: str, what: str, *, extra: str = "boto3") -> Any:
    """A package that an extra installs; `what` needs it. Raises MissingExtraError."""
    try:
        return importlib.import_module(package)
    except ImportError:
        raise MissingExtraError(f"{what} needs {package}: pip install 'livetail[{extra}]'") from None
