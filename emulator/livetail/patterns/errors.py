"""The error for a pattern that AWS would refuse."""

from typing import Literal


class InvalidPatternError(Exception):
    """A filter pattern is not valid; `str()` has the column and the reason, `message()` is AWS's text.

    Attributes:
        column: where in the pattern, counted in characters from 1; one past the end where something is missing there.
        reason: one sentence for a person, without the full stop.
    """

    def __init__(
        self,
        column: int,
        reason: str,
        *,
        term: str | None = None,
        text: str | None = None,
        by_metric_filters: bool = False,
    ) -> None:
        """Without `term` and `text`, AWS's text is generic.

        Args:
            term: the term in `Invalid character(s) in term '…'`.
            text: AWS's whole text.
            by_metric_filters: only the operations on metric filters name the term.
        """
        super().__init__(column, reason)
        self.column = column
        self.reason = reason
        self._term = term
        self._text = text
        self._by_metric_filters = by_metric_filters

    def __str__(self) -> str:
        return f"column {self.column}: {self.reason}"

    def message(self, subject: Literal["filter pattern", "metric filter pattern"] = "filter pattern") -> str:
        """AWS's text: of FilterLogEvents, or of the operations on metric filters.

        Characters beyond Latin-1 show as `?`: recorded are `%café` as it is and typographic quotation marks as `?`.
        """
        if self._text is not None:
            return self._text
        if self._term is not None and (subject == "metric filter pattern" or not self._by_metric_filters):
            return f"Invalid character(s) in term '{self._term.encode('latin-1', 'replace').decode('latin-1')}'"
        return f"Invalid {subject}"
