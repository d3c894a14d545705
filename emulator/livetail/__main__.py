"""`livetail`, also as `python -m livetail`."""

import sys


def main() -> int:
    """Run the command; Ctrl-C while it is loaded ends it without a traceback."""
    try:
        from livetail.cli import main as run
    except KeyboardInterrupt:
        return 130
    return run()


if __name__ == "__main__":
    sys.exit(main())
