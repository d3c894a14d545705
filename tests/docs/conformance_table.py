"""The table of docs/conformance.md: `python -m tests.docs.conformance_table` prints it anew."""

from livetail.cli.conformance_checks import CHECKS

__all__ = ["conformance_table"]


def conformance_table() -> str:
    rows = ["| name | behaviour | known | source |", "| --- | --- | --- | --- |"]
    for check in CHECKS:
        source = check.source.removeprefix("https://")
        rows.append(f"| `{check.name}` | {check.behaviour} | {check.known} | [{source}]({check.source}) |")
    return "\n".join(rows)


if __name__ == "__main__":
    import sys

    sys.stdout.write(conformance_table() + "\n")
