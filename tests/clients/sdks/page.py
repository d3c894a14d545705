"""The matrix of docs/sdks.md: `python -m tests.clients.sdks.page` prints it as `expectations.py` has it."""

from tests.clients.sdks import matrix
from tests.clients.sdks.expectations import expected, in_words
from tests.clients.sdks.programs import SDKS
from tests.clients.sdks.script import STEPS


def expected_matrix() -> str:
    """What a run prints where every toolchain is there and nothing fails."""
    silent = {sdk.name for sdk in SDKS if sdk.prints_messages_only}
    unseen = {step.name for step in STEPS if step.needs_updates}

    def cell(step: str, sdk: str) -> str:
        return "not run" if step in unseen and sdk in silent else in_words(step, expected(sdk, step))

    return "\n".join(matrix.lines([step.name for step in STEPS], [sdk.name for sdk in SDKS], cell))


if __name__ == "__main__":
    import sys

    sys.stdout.write(expected_matrix() + "\n")
