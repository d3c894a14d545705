"""The lines of the log about refused requests: one of a kind at once, then a count each minute."""

from collections.abc import Callable

import pytest

from livetail.server.request_log import MAX_KINDS, REPEAT_AFTER_S, RefusalLog


class Minutes:
    """A clock that a test moves by calling what is due."""

    def __init__(self) -> None:
        self._due: list[Callable[[], None]] = []

    def call_later(self, seconds: float, function: Callable[[], None]) -> None:
        assert seconds == REPEAT_AFTER_S == 60
        self._due.append(function)

    def __len__(self) -> int:
        return len(self._due)

    def pass_one(self) -> None:
        due, self._due = self._due, []
        for function in due:
            function()


@pytest.fixture
def minutes() -> Minutes:
    return Minutes()


@pytest.fixture
def log(minutes: Minutes) -> RefusalLog:
    return RefusalLog(minutes.call_later)


def test_one_line_a_minute_with_a_count(log: RefusalLog, minutes: Minutes, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(512):
        log.refused("dynamodb", f"probe {number} was refused")
    assert caplog.messages == ["probe 0 was refused"]
    minutes.pass_one()
    assert caplog.messages[1:] == ["probe 0 was refused (511 more in a minute)"]
    log.refused("dynamodb", "another was refused")
    minutes.pass_one()
    assert caplog.messages[2:] == ["probe 0 was refused (1 more in a minute)"]


def test_after_a_quiet_minute_it_starts_again(
    log: RefusalLog, minutes: Minutes, caplog: pytest.LogCaptureFixture
) -> None:
    log.refused("dynamodb", "first")
    minutes.pass_one()
    assert len(minutes) == 0
    log.refused("dynamodb", "second")
    assert caplog.messages == ["first", "second"]


def test_kinds_have_lines_of_their_own_up_to_a_bound(
    log: RefusalLog, minutes: Minutes, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3 * MAX_KINDS):
        log.refused(f"service-{number}", f"service-{number} was refused")
    assert len(caplog.messages) == len(minutes) == MAX_KINDS + 1
