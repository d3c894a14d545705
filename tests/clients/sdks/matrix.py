"""The matrix: a row for each step, a column for each SDK."""

from collections.abc import Callable, Iterable, Iterator, Sequence


def lines(steps: Sequence[str], sdks: Iterable[str], cell: Callable[[str, str], str]) -> Iterator[str]:
    """The lines of the matrix; `cell` gives the text for a step and an SDK."""
    columns = [["", *steps]]
    columns += [[sdk, *(cell(step, sdk) for step in steps)] for sdk in sdks]
    widths = [max(map(len, column)) for column in columns]
    for row in zip(*columns, strict=True):
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
