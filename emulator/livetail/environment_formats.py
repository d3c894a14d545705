"""Environment variables as text, for shells and for files that other programs read."""

import json
import re
import shlex
from collections.abc import Callable, Collection, Mapping
from typing import Final

from livetail.environment import NOTES

Variables = Mapping[str, str]

Kept = Collection[str]
"""The names that stay as they are where they are set already."""

Format = Callable[[Variables, Kept], str]

_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]+")


def _lines(variables: Variables, line: Callable[[str, str], str]) -> str:
    """One line for each variable, after a comment where there is a note on it."""
    lines = []
    for name, value in variables.items():
        if name in NOTES:
            lines.append(f"# {NOTES[name]}")
        lines.append(line(name, value))
    return "\n".join(lines) + "\n"


def shell(variables: Variables, kept: Kept) -> str:
    """For a POSIX shell: `eval "$(livetail env)"`."""

    def line(name: str, value: str) -> str:
        # The default of an expansion in double quotes may hold anything but what is special there.
        if name in kept and _PLAIN.fullmatch(value):
            return f'export {name}="${{{name}:-{value}}}"'
        return f"export {name}={shlex.quote(value)}"

    return _lines(variables, line)


def fish(variables: Variables, kept: Kept) -> str:
    """For fish: `livetail env --format fish | source`."""

    def line(name: str, value: str) -> str:
        quoted = "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        return f"set -q {name}; or set -gx {name} {quoted}" if name in kept else f"set -gx {name} {quoted}"

    return _lines(variables, line)


def powershell(variables: Variables, kept: Kept) -> str:
    """For PowerShell: `livetail env --format powershell | Out-String | Invoke-Expression`."""

    def line(name: str, value: str) -> str:
        # PowerShell also takes the typographic quotation marks for quotation marks, and each is doubled by itself.
        quoted = "'" + re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", value) + "'"
        return f"if (-not $env:{name}) {{ $env:{name} = {quoted} }}" if name in kept else f"$env:{name} = {quoted}"

    return _lines(variables, line)


def dotenv(variables: Variables, kept: Kept) -> str:
    """For `.env` files, which cannot keep anything. Plain values have no quotes, which `docker --env-file` keeps."""

    def line(name: str, value: str) -> str:
        if _PLAIN.fullmatch(value):
            return f"{name}={value}"
        if "'" not in value and "\n" not in value:
            return f"{name}='{value}'"
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{name}="{escaped}"'

    return _lines(variables, line)


def github(variables: Variables, kept: Kept) -> str:
    """For the file that `$GITHUB_ENV` names, which has no comments and cannot keep anything.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#environment-files
    """
    lines = []
    for name, value in variables.items():
        if "\n" not in value and "\r" not in value:
            lines.append(f"{name}={value}")
            continue
        delimiter = "END"
        while delimiter in value.splitlines():
            delimiter += "_"
        lines.append(f"{name}<<{delimiter}\n{value}\n{delimiter}")
    return "\n".join(lines) + "\n"


def as_json(variables: Variables, kept: Kept) -> str:
    """One JSON object."""
    return json.dumps(dict(variables), indent=2) + "\n"


FORMATS: Final[Mapping[str, Format]] = {
    "shell": shell,
    "dotenv": dotenv,
    "github": github,
    "fish": fish,
    "powershell": powershell,
    "json": as_json,
}
"""By the values of `livetail env --format`."""
