"""The one error of this room: a pattern that AWS would refuse."""

__all__ = ["InvalidPatternError"]


class InvalidPatternError(Exception):
    """A filter pattern is not one; `str()` says where and why, `message()` says it in AWS's words.

    Attributes:
        column: where in the pattern, counted in characters from 1; one past the end where something is missing there.
        reason: one sentence for a person, without the full stop.
    """

    def __init__(self, column: int, reason: str, *, characters: str | None = None, text: str | None = None) -> None:
        """`characters` are what AWS quotes as invalid; `text` is a whole answer of AWS; without both it is generic."""
        super().__init__(column, reason)
        self.column = column
        self.reason = reason
        self._characters = characters
        self._text = text

    def __str__(self) -> str:
        return f"column {self.column}: {self.reason}"

    def message(self, subject: str = "filter pattern") -> str:
        """The text that AWS answers with.

        Faults of single characters are named (`Invalid character(s) in term '('`), with `?` for what is not ASCII. The
        others are generic, and worded after the operation: `Invalid filter pattern` from FilterLogEvents, `Invalid
        metric filter pattern` from the operations on metric filters, which pass that `subject`.
        """
        if self._text is not None:
            return self._text
        if self._characters is not None:
            return f"Invalid character(s) in term '{self._characters.encode('ascii', 'replace').decode('ascii')}'"
        return f"Invalid {subject}"
