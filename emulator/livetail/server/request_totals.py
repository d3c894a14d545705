"""How many requests of the AWS API were answered, and how: what the journal forgets after a thousand."""

from collections import Counter
from typing import Final

from livetail.api.operation import OPERATIONS

__all__ = ["OTHER", "RequestTotals"]

OTHER: Final = "other"
"""Stands for all operations that are not emulated: what clients may call them must not make the counts grow."""


class RequestTotals:
    """Counts since the last reset.

    Attributes:
        answered: by operation, HTTP status (0 where a fault closed the connection instead) and code of the error, if it
            was one.
    """

    def __init__(self) -> None:
        self.answered: Counter[tuple[str, int, str | None]] = Counter()

    def count(self, operation: str | None, status: int, error: str | None) -> None:
        """Count a request whose answer is known; one that names no operation, too."""
        name = OTHER if operation is None or operation not in OPERATIONS else operation
        self.answered[name, status, error] += 1
