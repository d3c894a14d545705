"""Generated logs: scenario files, the sources that they describe, and the replay of recordings.

`scenario` reads a file, `player` plays it: it returns when the next events are due, and the events. They depend only on
the scenario, an instant and a seed. Nothing here reads a clock, so a day of traffic can be made at once.
"""

from collections.abc import Iterable

from livetail.errors import LiveTailError

__all__ = ["ScenarioError"]


class ScenarioError(LiveTailError):
    """A scenario cannot be played; `str()` is all its problems, one a line.

    Attributes:
        problems: a sentence for each, which begins with the file and, where it is known, the line.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))
