"""What commands print for people: counts and a line of progress."""

import sys
from typing import Final

__all__ = ["Progress", "counted"]

_BAR: Final = 30


class Progress:
    """One line on stderr that is written over and over, if stderr is a terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def show(self, text: str, share: float | None = None) -> None:
        """Show `text`, with a bar before it where the `share` that is done (0 to 1) is known."""
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


def counted(number: int, noun: str) -> str:
    """`1 update`, `2 updates`, `1,000 updates`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
