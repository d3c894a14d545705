"""The table of settings as the README prints it: `python -m tests.docs.flags` prints it."""

from livetail.settings import FLAGS

__all__ = ["flags_table"]


def flags_table() -> str:
    rows = ["| flag | default | meaning |", "| --- | --- | --- |"]
    for flag in FLAGS:
        metavar = flag.metavar and flag.metavar.replace("|", "\\|")  # a bar ends a cell, in code as well
        name = f"`{flag.name} {metavar}`" if metavar else f"`{flag.name}`"
        default = flag.default_shown
        if default and " " not in default:
            default = f"`{default}`"
        rows.append(f"| {name} | {default} | {flag.help} |")
    return "\n".join(rows)


if __name__ == "__main__":
    import sys

    sys.stdout.write(flags_table() + "\n")
