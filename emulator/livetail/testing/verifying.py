"""Compares the journal with what a test expects, and describes the difference."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from livetail.control_shapes import RequestInfo
from livetail.testing.waiting import request_line

_MAX_SHOWN: Final = 5
_MAX_CHARACTERS: Final = 200


def check_requested(
    requests: Sequence[RequestInfo], operation: str, times: int | None, where: Mapping[str, Any]
) -> list[RequestInfo]:
    """The requests of an operation whose parameters have the members of `where`.

    Raises:
        AssertionError: there are not as many as expected.
    """
    compared = [
        (request, differing(request["parameters"], where)) for request in requests if request["operation"] == operation
    ]
    matching = [request for request, differences in compared if not differences]
    if len(matching) == times or (times is None and matching):
        return matching
    expected = "at least once" if times is None else _times(times)
    having = f" with {_short(where)}" if where else ""
    lines = [f"{operation} was requested {_times(len(matching))}{having}, not {expected}"]
    near = sorted((one for one in compared if one[1]), key=lambda one: len(one[1]))
    lines += [f"  {request_line(request)}: {'; '.join(differences)}" for request, differences in near[:_MAX_SHOWN]]
    lines += [f"  {request_line(request)} {_short(request['parameters'])}" for request in matching[-_MAX_SHOWN:]]
    if not compared:
        others = ", ".join(dict.fromkeys(str(request["operation"]) for request in requests))
        lines.append(f"  the journal has {f'only {others}' if others else 'no request at all'}")
    raise AssertionError("\n".join(lines))


def differing(found: Any, wanted: Any, path: str = "") -> list[str]:
    """How `found` differs from `wanted`: dictionaries may have more keys, lists must have the same length."""
    lines: list[str] = []
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for key, value in wanted.items():
            place = f"{path}.{key}" if path else str(key)
            lines += differing(found[key], value, place) if key in found else [f"{place} is missing"]
        return lines
    if isinstance(wanted, (list, tuple)) and isinstance(found, list) and len(wanted) == len(found):
        for index, value in enumerate(wanted):
            lines += differing(found[index], value, f"{path}[{index}]")
        return lines
    return [] if found == wanted else [f"{path or 'the body'} is {_short(found)}, not {_short(wanted)}"]


def _times(count: int) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count} times")


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= _MAX_CHARACTERS else text[: _MAX_CHARACTERS - 1] + "…"
