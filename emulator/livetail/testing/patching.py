"""Points the SDKs of this process at an emulator, in a `with` block."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from livetail.environment import adapted_to

_REMOVED: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL")
"""Variables that would select another endpoint, or a profile that does not exist."""


@contextmanager
def patched_environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Sets the variables and gives boto3 a new default session; restores both at the end."""
    adapted = adapted_to(os.environ, variables)
    before = {name: os.environ.get(name) for name in (*adapted, *_REMOVED)}
    session_before = _replace_default_session(None)
    for name in _REMOVED:
        os.environ.pop(name, None)
    os.environ.update(adapted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        _replace_default_session(session_before)


def _replace_default_session(session: Any) -> Any:
    """Replace the session that boto3 keeps, with the credentials that it found first; returns the one before."""
    boto3 = sys.modules.get("boto3")
    if boto3 is None:
        return None
    before, boto3.DEFAULT_SESSION = boto3.DEFAULT_SESSION, session  # type: ignore[attr-defined]
    return before
