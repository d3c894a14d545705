"""Values on the command line, each with one sentence for a wrong one. Standard library only."""

import argparse
from collections.abc import Callable


def number(what: str, maximum: float) -> Callable[[str], float]:
    """A reader for numbers above 0 and up to `maximum`; `what` describes one in the message."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 < value <= maximum:  # false for NaN as well
            raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
        return value

    return read


seconds = number("a number of seconds up to ten days", 864_000)
