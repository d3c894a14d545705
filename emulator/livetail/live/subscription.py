"""What a session asked for, and which log events of a batch that is."""

from collections.abc import Sequence
from dataclasses import dataclass

from livetail.core.arns import LogGroupArn
from livetail.live.window import Selection
from livetail.patterns import Matcher, Subject
from livetail.store.batch import Batch


@dataclass(frozen=True, slots=True)
class StreamFilter:
    """Log streams by exact name or by prefix; both None lets all streams through, also those made later."""

    names: frozenset[str] | None = None
    prefixes: tuple[str, ...] | None = None

    def accepts(self, log_stream_name: str) -> bool:
        if self.names is not None:
            return log_stream_name in self.names
        return self.prefixes is None or log_stream_name.startswith(self.prefixes)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a StartLiveTail request asked for, checked; the members as sessionStart repeats them."""

    log_groups: tuple[LogGroupArn, ...]
    matcher: Matcher
    log_group_identifiers: tuple[str, ...]
    log_stream_names: tuple[str, ...] | None = None
    log_stream_name_prefixes: tuple[str, ...] | None = None
    log_event_filter_pattern: str | None = None

    @property
    def stream_filter(self) -> StreamFilter:
        names = self.log_stream_names
        return StreamFilter(None if names is None else frozenset(names), self.log_stream_name_prefixes)


class Matching:
    """The matches of one batch: each event is tried at most once per distinct pattern, and read as JSON at most
    once."""

    __slots__ = ("_batch", "_found", "_subjects", "_whole")

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._whole = Selection.of(batch)
        self._subjects: list[Subject] | None = None
        self._found: dict[str, Selection] = {}

    def by(self, matcher: Matcher) -> Selection:
        """The events that a pattern matches; no event is looked at where it matches all."""
        if matcher.matches_everything:
            return self._whole
        found = self._found.get(matcher.pattern)
        if found is None:
            found = self._found[matcher.pattern] = self._whole.pick(self._positions(matcher))
        return found

    def _positions(self, matcher: Matcher) -> Sequence[int]:
        if self._subjects is None:
            self._subjects = [Subject(event.message) for event in self._batch.events]
        matches = matcher.matches
        return [position for position, subject in enumerate(self._subjects) if matches(subject)]
