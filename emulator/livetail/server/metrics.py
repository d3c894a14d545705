"""`GET /_livetail/metrics`: the counters of the emulator, in the format of Prometheus.

Nothing is counted here: the counters are in the other rooms, and `METRICS` lists them. Importing this module imports
prometheus-client, so it is imported at the first scrape.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, TypeAlias

from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from livetail.core.clock import SECOND
from livetail.live.hub import added
from livetail.live.session import Ending
from livetail.server.emulator import Emulator
from livetail.version import __version__

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

Samples: TypeAlias = Mapping[tuple[str, ...], float]
"""Values of a metric by the values of its labels."""


class _Snapshot(Collector):
    """An emulator at one moment; the counters of its open sessions are added up once."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.totals = emulator.hub.totals
        self.open = added(session.counters for session in emulator.hub)
        self.all = added((self.open, self.totals.closed))
        self.fired: Mapping[str, int] = {} if emulator.fault_rules is None else emulator.fault_rules.fired

    def collect(self) -> Iterator[Family]:
        for metric in METRICS:
            family_type = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
            family = family_type(metric.full_name, metric.doc, labels=metric.labels)
            values = metric.values(self)
            for labels, value in values.items() if isinstance(values, Mapping) else [((), values)]:
                family.add_metric(labels, value)
            yield family


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of the table.

    Attributes:
        name: without the `livetail_` before it; that of a counter ends in `_total`.
        doc: one sentence for users.
        values: the value; or values by the values of the labels.
    """

    name: str
    doc: str
    values: Callable[[_Snapshot], float | Samples]
    labels: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        return f"livetail_{self.name}"

    @property
    def kind(self) -> str:
        return "counter" if self.name.endswith("_total") else "gauge"


def exposition(emulator: Emulator) -> bytes:
    """All metrics of an emulator, in the text format that `CONTENT_TYPE` names."""
    return generate_latest(_Snapshot(emulator))


METRICS: Final = (
    Metric("build_info", "The version that runs; always 1.", lambda _: {(__version__,): 1}, ("version",)),
    Metric("clock_seconds", "The emulator's time, in seconds since 1970.", lambda at: at.emulator.clock.now() / SECOND),
    Metric(
        "requests_total",
        "Requests of the AWS API; status 0 where a fault rule closed the connection.",
        lambda at: {
            (operation, str(status), error or ""): count
            for (operation, status, error), count in at.emulator.request_totals.items()
        },
        ("operation", "status", "error"),
    ),
    Metric("sessions_open", "Live Tail sessions that are open.", lambda at: len(at.emulator.hub)),
    Metric("sessions_started_total", "Live Tail sessions that were started.", attrgetter("totals.started")),
    Metric(
        "sessions_ended_total",
        "Live Tail sessions that are over, by the reason of their end.",
        lambda at: {(ending.value,): at.totals.ended[ending] for ending in Ending},
        ("reason",),
    ),
    Metric("session_updates_total", "Session updates sent to clients.", attrgetter("all.updates")),
    Metric(
        "session_updates_dropped_total",
        "Session updates dropped because a client was too slow.",
        attrgetter("all.dropped_updates"),
    ),
    Metric(
        "session_updates_buffered",
        "Session updates that wait for the clients of open sessions.",
        attrgetter("open.buffered_updates"),
    ),
    Metric("session_bytes_total", "Bytes of all messages sent to the clients of sessions.", attrgetter("all.bytes")),
    Metric("log_events_ingested_total", "Log events that were ingested, tailed or not.", attrgetter("totals.ingested")),
    Metric(
        "log_events_rejected_total",
        "Log events that PutLogEvents rejected, by reason.",
        lambda at: {(reason,): count for reason, count in at.emulator.service.rejected_events.items()},
        ("reason",),
    ),
    Metric("log_events_matched_total", "Log events that matched, once for each session.", attrgetter("all.matched")),
    Metric("log_events_delivered_total", "Log events sent to clients.", attrgetter("all.delivered")),
    Metric(
        "log_events_sampled_out_total",
        "Log events left out because more than 500 matched in a second.",
        attrgetter("all.sampled_out"),
    ),
    Metric(
        "log_events_dropped_total",
        "Log events dropped because a client was too slow, or lost by a fault.",
        attrgetter("all.dropped_events"),
    ),
    Metric(
        "log_events_unread_total",
        "Log events that still waited when their session was over.",
        lambda at: at.totals.closed.buffered_events + at.totals.closed.pending_events,
    ),
    Metric(
        "log_events_buffered",
        "Log events in the session updates that wait for the clients of open sessions.",
        attrgetter("open.buffered_events"),
    ),
    Metric(
        "log_events_pending",
        "Log events that will be in the next session updates of open sessions.",
        attrgetter("open.pending_events"),
    ),
    Metric("fault_rules", "Fault rules in force.", lambda at: len(at.emulator.fault_rules or ())),
    Metric(
        "faults_fired_total",
        "How often fault rules have fired, by the type of their effect.",
        lambda at: {(effect,): count for effect, count in at.fired.items()},
        ("effect",),
    ),
    Metric("scenarios", "Scenarios that were started and not stopped.", lambda at: len(at.emulator.scenarios.running)),
)
"""All metrics, in the order of the documentation."""
