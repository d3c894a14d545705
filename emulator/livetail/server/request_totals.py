"""How many requests of the AWS API there were, with which results; the journal keeps only the newest thousand."""

from collections import Counter
from typing import Final

from livetail.api.operation import OPERATIONS

OTHER: Final = "other"
"""Stands for all operations that are not emulated, so that clients cannot add names without end."""


class RequestTotals:
    """Counts since the last reset.

    Attributes:
        counts: by operation, HTTP status (0 where a fault rule closed the connection instead), and code of the error
            or None.
    """

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, int, str | None]] = Counter()

    def count(self, operation: str | None, status: int, error: str | None) -> None:
        """Count a request whose result is known; `operation` is None if it names none."""
        name = OTHER if operation is None or operation not in OPERATIONS else operation
        self.counts[name, status, error] += 1
