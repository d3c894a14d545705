"""Compares the settings that a test asks for with those of a server that runs elsewhere."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Final

from livetail.settings import FLAGS, Settings

OWN_BUSINESS: Final = frozenset(
    {"host", "port", "port_file", "credentials", "certfile", "keyfile", "tls_dir", "loop", "log_level", "log_format"}
)
"""Settings that are not compared: where a server is and how it logs; secrets, which it does not show."""


def difference(shown: Mapping[str, Any], given: Mapping[str, Any], settings: Settings) -> str | None:
    """How the first setting differs, as the end of a sentence; None if none does.

    Args:
        shown: the settings that the server shows.
        given: what the test asks for; only that is compared.
        settings: the same, read.
    """
    for flag in FLAGS:
        if flag.field in OWN_BUSINESS or given.get(flag.field) is None:
            continue
        key = flag.field.partition("_")[0] + "".join(part.title() for part in flag.field.split("_")[1:])
        wanted = comparable(getattr(settings, flag.field))
        if key not in shown:
            return f"does not show its {flag.name}, and this test wants {given[flag.field]}"
        if shown[key] != wanted:
            return f"runs with {flag.name} {_text(shown[key])}, and this test wants {_text(wanted)}"
    return None


def comparable(value: Any) -> Any:
    """A setting in the form in which a server shows it: of paths the file name, since a container has others."""
    if isinstance(value, tuple):
        return [comparable(one) for one in value]
    if isinstance(value, PurePath):
        return value.name
    return value if isinstance(value, (bool, int)) else str(value)


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)
