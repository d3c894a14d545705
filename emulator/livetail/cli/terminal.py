"""What commands print for people: counts, tables, a line of progress, and log events in colour."""

import re
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

_BAR: Final = 30
_COLOURS: Final = ("\x1b[36m", "\x1b[33m", "\x1b[35m", "\x1b[32m", "\x1b[34m")
_PLAIN: Final = "\x1b[0m"
_UNSAFE: Final = re.compile(
    r"(\x1b\[[0-9;]*m)|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""A colour code, which is kept, or a control character of terminals or of writing direction."""


class Progress:
    """One line on stderr that is updated in place, if stderr is a terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def show(self, text: str, share: float | None = None) -> None:
        """Show `text`, after a bar if `share` (0 to 1, the part that is done) is known."""
        if not self._shown:
            return
        if share is not None:
            done = round(_BAR * min(1.0, share))
            text = f"[{'#' * done}{'.' * (_BAR - done)}] {min(1.0, share):4.0%}  {text}"
        print(f"\r{text}\x1b[K", end="", file=sys.stderr, flush=True)

    def finish(self) -> None:
        """Remove the line."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


class EventPrinter:
    """Log events as lines; on a terminal each log group has a colour, and control characters are shown as escapes."""

    def __init__(self, groups: Iterable[str] = ()) -> None:
        self.is_terminal = sys.stdout.isatty()
        self._groups = list(groups)

    def line(self, event: dict[str, Any], *, cut: bool = False) -> str:
        """A log event of a session update; with `cut` it is one line, cut to the width of the terminal."""
        group = str(event["logGroupIdentifier"]).partition(":")[2]
        if group not in self._groups:
            self._groups.append(group)
        clock = time.strftime("%H:%M:%S", time.gmtime(event["timestamp"] / 1000))
        message = str(event["message"]).rstrip()
        if cut:
            message, *more = message.splitlines() or [""]
            if more:
                message += f" … and {counted(len(more), 'more line')}"
        name = group.ljust(max(map(len, self._groups)))
        if not self.is_terminal:
            return f"{clock}  {name}  {message}"
        room = max(20, shutil.get_terminal_size().columns - len(clock) - len(name) - 4)
        if cut and len(message) > room:
            message = message[: room - 1] + "…"
        colour = _COLOURS[self._groups.index(group) % len(_COLOURS)]
        return f"{clock}  {colour}{name}{_PLAIN}  {printable(message)}{_PLAIN}"


def printable(text: str) -> str:
    """`text` for a terminal: colours, tabs and line feeds are kept, other control characters become escapes."""
    return _UNSAFE.sub(lambda found: found[1] or found[0].encode("unicode_escape").decode(), text)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows below a head, in columns; numbers are on the right."""
    cells = [[f"{cell:,}" if isinstance(cell, int) else printable(str(cell)) for cell in row] for row in rows]
    numeric = [all(cell.replace(",", "").isdecimal() for cell in column) for column in zip(*cells, strict=True)]
    widths = [max(map(len, column)) for column in zip(head, *cells, strict=True)]
    lines = [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric or [False] * len(head), strict=True)
        ).rstrip()
        for row in [head, *cells]
    ]
    return "\n".join(lines)


def counted(number: int, noun: str) -> str:
    """`1 update`, `2 updates`, `1,000 updates`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
