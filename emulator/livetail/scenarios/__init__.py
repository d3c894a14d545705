"""Logs that are made: scenario files, the sources that they describe, and the replay of recordings.

`scenario` reads a file, `player` plays it: it knows when the next events are due and makes them when it is asked, from
nothing but the scenario, an instant and a seed. Nothing here reads a clock, so a day of traffic can be had at once.
"""

from collections.abc import Iterable

from livetail.errors import LiveTailError

__all__ = ["ScenarioError"]


class ScenarioError(LiveTailError):
    """A scenario cannot be played; `str()` is everything that is wrong with it, one problem a line.

    Attributes:
        problems: a sentence for each, which begins with the file and, where it is known, the line.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))
