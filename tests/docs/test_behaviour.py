"""`docs/behaviour.md`: each row has how it is known, and the head has the number of rows for each way."""

import re
from collections import Counter

from tests.docs.reading import document

NAME = "docs/behaviour.md"
WAYS = ("documented", "observed", "chosen")
WITHOUT_ADDRESS = ("Amazon Athena", "another JSON service", "the same recordings", "the form before 2026")


def rows() -> list[tuple[str, str, str]]:
    """Behaviour, how it is known, and the source of each row."""
    found = []
    for line in document(NAME).splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 3 and cells[0] != "behaviour" and not set(cells[0]) <= set("-"):
            found.append((cells[0], cells[1], cells[2]))
    return found


def test_the_head_counts_the_rows() -> None:
    count = Counter(known for _, known, _ in rows())
    sentence = "Of the {} rows of this page, {} are documented, {} observed and {} chosen.".format(
        len(rows()), *(count[way] for way in WAYS)
    )
    assert sentence in document(NAME), f"the head of {NAME} must say: {sentence}"


def test_each_row_is_known_in_one_way_and_links_its_source() -> None:
    for behaviour, known, source in rows():
        assert known in WAYS, behaviour
        if known != "chosen":
            assert "](https://" in source or any(words in source for words in WITHOUT_ADDRESS), f"{behaviour}: no link"
