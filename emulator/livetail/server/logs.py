"""The emulator's own log: lines on stderr, for people or as JSON. The lines of requests are in `request_log`."""

import json
import logging
import os
import sys
import time
from typing import Final, TextIO

DIM: Final = "\x1b[2m"
RED: Final = "\x1b[31m"
YELLOW: Final = "\x1b[33m"
PLAIN: Final = "\x1b[0m"


class TextFormatter(logging.Formatter):
    """`12:34:56 CreateLogGroup /app/api 200 0.4 ms`; the level is written where it is not info."""

    def __init__(self, coloured: bool) -> None:
        super().__init__("%(message)s")
        self._coloured = coloured

    def formatMessage(self, record: logging.LogRecord) -> str:
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        level = "" if record.levelno == logging.INFO else f"{record.levelname.lower()} "
        if not self._coloured:
            return f"{clock} {level}{record.message}"
        fields = getattr(record, "fields", {})
        status = fields.get("status", 200)
        colour = RED if record.levelno >= logging.ERROR or status >= 500 else ""
        if not colour and (record.levelno == logging.WARNING or status >= 400 or status == 0):
            colour = YELLOW
        if not colour and record.levelno == logging.DEBUG:
            colour = DIM
        return f"{DIM}{clock}{PLAIN} {colour}{level}{record.message}{PLAIN if colour else ''}"


class JsonFormatter(logging.Formatter):
    """One object a line: time, level, logger, message, and the fields that the message was made of."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configure_logging(level: str, form: str) -> None:
    """Send the emulator's log to stderr; that of libraries only from warnings on, or errors if `level` is `error`."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter(_shows_colours(sys.stderr)))
    level_of_others = max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()])
    logging.basicConfig(level=level_of_others, handlers=[handler], force=True)
    logging.captureWarnings(True)
    # Do not collect what no line shows: https://docs.python.org/3/howto/logging.html#optimization
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.getLogger("livetail").setLevel(level.upper())


def _shows_colours(stream: TextIO) -> bool:
    """https://no-color.org"""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
