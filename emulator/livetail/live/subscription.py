"""The parameters of a session, and the log events of a batch that match them."""

from dataclasses import dataclass

from livetail.core.arns import LogGroupArn
from livetail.live.window import Selection
from livetail.patterns import Matcher, Subject
from livetail.store.batch import Batch


@dataclass(frozen=True, slots=True)
class Subscription:
    """The checked parameters of a StartLiveTail request; sessionStart repeats the last four.

    Log streams are selected by exact name or by prefix; without both all are, also those made later.
    """

    log_groups: tuple[LogGroupArn, ...]
    matcher: Matcher
    log_group_identifiers: tuple[str, ...]
    log_stream_names: tuple[str, ...] | None = None
    log_stream_name_prefixes: tuple[str, ...] | None = None
    log_event_filter_pattern: str | None = None


class Matching:
    """The matches of one batch: each event is tried at most once per distinct pattern, and read as JSON at most
    once."""

    __slots__ = ("_found", "_stream", "_subjects", "_whole")

    def __init__(self, batch: Batch) -> None:
        self._stream = batch.log_stream_name
        self._whole = Selection.of(batch)
        self._subjects: list[Subject] | None = None
        self._found: dict[str, Selection] = {}

    def by(self, subscription: Subscription) -> Selection | None:
        """The events that match a subscription, if any; events are not read if the pattern matches all."""
        names, prefixes = subscription.log_stream_names, subscription.log_stream_name_prefixes
        if (names is not None and self._stream not in names) or (
            prefixes is not None and not self._stream.startswith(prefixes)
        ):
            return None
        matcher = subscription.matcher
        if matcher.matches_everything:
            return self._whole
        found = self._found.get(matcher.pattern)
        if found is None:
            if self._subjects is None:
                self._subjects = [Subject(event.message) for event in self._whole.events]
            matches = matcher.matches
            indexes = [index for index, subject in enumerate(self._subjects) if matches(subject)]
            found = self._found[matcher.pattern] = self._whole.pick(indexes)
        return found if found.events else None
