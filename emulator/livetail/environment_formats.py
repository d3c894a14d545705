"""Environment variables as text, for shells and for files that other programs read."""

import json
import re
import shlex
from collections.abc import Callable, Collection, Mapping
from typing import Final

from livetail.environment import NOTES

_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]+")


def variables_as_text(form: str, variables: Mapping[str, str], kept: Collection[str] = ()) -> str:
    """The variables in one of `FORMATS`, with the `NOTES` on them where the format has comments.

    Args:
        variables: no value has a line break.
        kept: names whose existing values are kept, in the formats for shells.
    """
    if form == "json":
        return json.dumps(dict(variables), indent=2) + "\n"
    lines = []
    for name, value in variables.items():
        if name in NOTES and form != "github":
            lines.append(f"# {NOTES[name]}")
        lines.append(_LINES[form](name, value, name in kept))
    return "\n".join(lines) + "\n"


def _shell(name: str, value: str, is_kept: bool) -> str:
    """For a POSIX shell: `eval "$(livetail env)"`."""
    # In double quotes only a plain value can be the default of an expansion.
    if is_kept and _PLAIN.fullmatch(value):
        return f'export {name}="${{{name}:-{value}}}"'
    return f"export {name}={shlex.quote(value)}"


def _fish(name: str, value: str, is_kept: bool) -> str:
    """For fish: `livetail env --format fish | source`."""
    quoted = "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return f"set -q {name}; or set -gx {name} {quoted}" if is_kept else f"set -gx {name} {quoted}"


def _powershell(name: str, value: str, is_kept: bool) -> str:
    """For PowerShell: `livetail env --format powershell | Out-String | Invoke-Expression`."""
    # PowerShell reads typographic quotation marks as quotation marks too; doubling escapes each.
    quoted = "'" + re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", value) + "'"
    return f"if (-not $env:{name}) {{ $env:{name} = {quoted} }}" if is_kept else f"$env:{name} = {quoted}"


def _dotenv(name: str, value: str, _: bool) -> str:
    """For `.env` files. Plain values are not quoted: `docker --env-file` keeps quotes as part of the value."""
    if _PLAIN.fullmatch(value):
        return f"{name}={value}"
    if "'" not in value:
        return f"{name}='{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{name}="{escaped}"'


def _github(name: str, value: str, _: bool) -> str:
    """For the file that `$GITHUB_ENV` names.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#environment-files
    """
    return f"{name}={value}"


_LINES: Final[Mapping[str, Callable[[str, str, bool], str]]] = {
    "shell": _shell,
    "dotenv": _dotenv,
    "github": _github,
    "fish": _fish,
    "powershell": _powershell,
}

FORMATS: Final = (*_LINES, "json")
"""The values of `livetail env --format`."""
