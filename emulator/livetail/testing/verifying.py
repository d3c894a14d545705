"""Compares the journal with what a test expects, and words the difference."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from livetail.testing.control import request_line
from livetail.testing.shapes import RequestInfo

_MAX_SHOWN: Final = 5
_MAX_CHARACTERS: Final = 200


def check_requested(
    requests: Sequence[RequestInfo], operation: str, times: int | None, where: Mapping[str, Any]
) -> list[RequestInfo]:
    """The requests of an operation whose parameters have at least what `where` has.

    Raises:
        AssertionError: there are not as many as expected.
    """
    differences = {
        index: list(differing(request["parameters"], where))
        for index, request in enumerate(requests)
        if request["operation"] == operation
    }
    matching = [requests[index] for index, found in differences.items() if not found]
    if len(matching) == times or (times is None and matching):
        return matching
    expected = "at least once" if times is None else _times(times)
    having = f" with {_short(where)}" if where else ""
    lines = [f"{operation} was requested {_times(len(matching))}{having}, not {expected}"]
    near = sorted((found, index) for index, found in differences.items() if found)
    near.sort(key=lambda miss: len(miss[0]))
    for found, index in near[:_MAX_SHOWN]:
        lines.append(f"  {request_line(requests[index])}: {'; '.join(found)}")
    if matching:
        lines += [f"  {request_line(one)} {_short(one['parameters'])}" for one in matching[-_MAX_SHOWN:]]
    if not differences:
        others = ", ".join(dict.fromkeys(str(request["operation"]) for request in requests))
        lines.append(f"  the journal has {f'only {others}' if others else 'no request at all'}")
    raise AssertionError("\n".join(lines))


def differing(found: Any, wanted: Any, path: str = "") -> list[str]:
    """Where `found` lacks what `wanted` has; dictionaries may have more keys, lists have to be as long."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return [
            line
            for key, value in wanted.items()
            for line in (
                differing(found[key], value, f"{path}.{key}" if path else str(key))
                if key in found
                else [f"{path}{'.' if path else ''}{key} is missing"]
            )
        ]
    if isinstance(wanted, (list, tuple)) and isinstance(found, list) and len(wanted) == len(found):
        return [
            line
            for index, (one, other) in enumerate(zip(found, wanted, strict=True))
            for line in differing(one, other, f"{path}[{index}]")
        ]
    wanted = list(wanted) if isinstance(wanted, tuple) else wanted
    return [] if found == wanted else [f"{path or 'the body'} is {_short(found)}, not {_short(wanted)}"]


def _times(count: int) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count} times")


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= _MAX_CHARACTERS else text[: _MAX_CHARACTERS - 1] + "…"
