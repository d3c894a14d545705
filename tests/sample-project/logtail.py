"""Follow log groups of CloudWatch Logs, and print what is written to them until Ctrl-C:

    python logtail.py arn:aws:logs:eu-west-1:123456789012:log-group:/app/api --filter ERROR

It sees to what the service does to those who follow: sessions are refused, break and time out, updates are samples, and
log events come late.
"""

import argparse
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from typing import Any

import boto3
from botocore.eventstream import ParserError
from botocore.exceptions import ClientError, HTTPClientError
from urllib3.exceptions import HTTPError

__all__ = ["Follower", "InOrder", "back_off", "main"]

LogEvent = dict[str, Any]

RETRIED = {"LimitExceededException", "SessionStreamingException", "ThrottlingException"}
"""What the service says when it may be better in a while."""

BROKEN = (HTTPClientError, HTTPError, ParserError)
"""What comes of a connection that breaks: of botocore before a stream, of urllib3 within one, of botocore again if the
bytes are damaged."""


def back_off(failures: int) -> float:
    """Seconds to wait after so many failures in a row: 1, 2, 4 and so on, half a minute at most."""
    return float(min(2 ** (failures - 1), 30))


class InOrder:
    """Puts log events in the order in which they were ingested.

    The service delivers some of them late, up to a second. So the events of an update are held until the next one is
    there, and with it what belongs among them.
    """

    def __init__(self) -> None:
        self.late = 0
        self._held: list[LogEvent] = []

    def update(self, events: Iterable[LogEvent]) -> list[LogEvent]:
        """The events of one update come in; those that nothing can come before any more go out."""
        if not self._held:
            self._held = sorted(events, key=_ingested)
            return []
        newest = _ingested(self._held[-1])
        late: list[LogEvent] = []
        fresh: list[LogEvent] = []
        for event in events:
            (late if _ingested(event) < newest else fresh).append(event)
        self.late += len(late)
        out = sorted(self._held + late, key=_ingested)
        self._held = sorted(fresh, key=_ingested)
        return out

    def rest(self) -> list[LogEvent]:
        """What is still held: nothing more will come."""
        held, self._held = self._held, []
        return held


def _ingested(event: LogEvent) -> tuple[int, int]:
    return event["ingestionTime"], event["timestamp"]


class Follower:
    """Follows log groups and shows lines: messages as they are, notes of its own behind `--`.

    Args:
        logs: a boto3 client for CloudWatch Logs.
        show: is given each line.
        pause: waits for so many seconds; returns early once the follower is closed.
    """

    def __init__(
        self,
        logs: Any,
        log_group_arns: Sequence[str],
        show: Callable[[str], object],
        *,
        pattern: str = "",
        pause: Callable[[float], object] | None = None,
    ) -> None:
        self._logs = logs
        self._request = {"logGroupIdentifiers": list(log_group_arns), "logEventFilterPattern": pattern}
        self._show = show
        self._closed = threading.Event()
        self._pause = pause or self._closed.wait
        self._failures = 0

    def close(self) -> None:
        """Stop with the next update, which comes within a second. May be called from any thread."""
        self._closed.set()

    def follow(self) -> None:
        """Follow until closed, or until the service says that it is over.

        Raises:
            ClientError: the service refuses, and trying again would not help.
        """
        while not self._closed.is_set():
            try:
                self._follow_one_session()
                return
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "SessionTimeoutException":
                    self._show("-- the session's three hours are over, here is another one")
                    continue
                if code not in RETRIED:
                    raise
                trouble = code
            except BROKEN:
                trouble = "connection lost"
            self._failures += 1
            seconds = back_off(self._failures)
            self._show(f"-- {trouble}, trying again in {seconds:g} s")
            self._pause(seconds)

    def _follow_one_session(self) -> None:
        order = InOrder()
        answer = self._logs.start_live_tail(**self._request)
        with closing(answer["responseStream"]) as stream:
            try:
                for event in stream:
                    if "sessionStart" in event:
                        self._show("-- following")
                    if "sessionUpdate" in event:
                        self._failures = 0
                        self._take(event["sessionUpdate"], order)
                    if self._closed.is_set():
                        return
            finally:
                self._show_messages(order.rest())
                if order.late:
                    self._show(f"-- put in their place: {order.late}")

    def _take(self, update: dict[str, Any], order: InOrder) -> None:
        self._show_messages(order.update(update["sessionResults"]))
        if update["sessionMetadata"]["sampled"]:
            self._show("-- too many events: this is a sample of them")

    def _show_messages(self, events: Iterable[LogEvent]) -> None:
        for event in events:
            self._show(event["message"])


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description="Follow log groups of CloudWatch Logs.")
    parser.add_argument("log_group_arn", nargs="+")
    parser.add_argument("--filter", default="", help="filter pattern")
    arguments = parser.parse_args()
    try:
        Follower(boto3.client("logs"), arguments.log_group_arn, _print, pattern=arguments.filter).follow()
    except KeyboardInterrupt:
        pass
    except ClientError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
