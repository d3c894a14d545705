"""The routes of the control plane: one row each. The application is made from this table, and so is the OpenAPI
document, so neither can say what the other does not do."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from livetail.server import control_rules as rules
from livetail.server import control_shapes as shapes
from livetail.server import control_state as state
from livetail.server.control_requests import AdvanceRequest, ControlCall, EventsRequest
from livetail.server.live_server import LiveServer

__all__ = ["ROUTES", "ControlRoute", "Handler", "Query"]

Handler: TypeAlias = Callable[[LiveServer, ControlCall], Awaitable[Any]]
"""Carries out a request. What it answers is written as JSON, unless it is a response already."""

_MOST_SESSIONS = 1_000_000
_LONGEST_WAIT = 3_600


@dataclass(frozen=True, slots=True)
class Query:
    """A parameter of the query: a number from 0 to `maximum`, whole if `default` is."""

    name: str
    doc: str
    default: float
    maximum: float


@dataclass(frozen=True, slots=True)
class ControlRoute:
    """One row of the table.

    Attributes:
        path: below `/_livetail`; what varies is in braces.
        summary: what it does, for users.
        handler: how it is done; its name is that of the operation.
        answer: the type of the JSON that it answers, or `str` for plain text.
        body: the type that the body is read as: of JSON, or `bytes` for the body as it came; None where there is none.
        example: a body that is taken, as JSON.
        query: the parameters of the query.
        errors: when it is refused, by status. That another page or name may not use it (403) goes for all of them.
    """

    method: str
    path: str
    summary: str
    handler: Handler
    answer: Any
    body: Any = None
    example: Mapping[str, Any] | None = None
    query: tuple[Query, ...] = ()
    errors: Mapping[int, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the operation: `list_sessions`."""
        return self.handler.__name__


_WAITING: Final = (
    Query("wait", "Answer once at least so many sessions are open.", 0, _MOST_SESSIONS),
    Query("most", "Answer once at most so many sessions are open.", _MOST_SESSIONS, _MOST_SESSIONS),
    Query("timeout", "Real seconds to wait.", 10.0, _LONGEST_WAIT),
)

ROUTES: Final = (
    ControlRoute("GET", "/health", "That the emulator runs.", state.show_health, shapes.Health),
    ControlRoute(
        "POST",
        "/reset",
        "Begin again: end every session, forget groups, faults, scenarios, requests and metrics; clock and seed as at "
        "the start; scenarios given at the start are played again.",
        state.reset,
        shapes.Done,
    ),
    ControlRoute("GET", "/clock", "The emulator's time.", state.show_clock, shapes.Clock),
    ControlRoute(
        "POST",
        "/clock/advance",
        "Move time on, through every instant at which something is due, and answer when all of it is done.",
        state.advance_clock,
        shapes.Advanced,
        body=AdvanceRequest,
        example={"seconds": 1},
        errors={400: "It does not say how far.", 409: "The clock is not manual."},
    ),
    ControlRoute(
        "GET",
        "/sessions",
        "The open Live Tail sessions with their counters; at once, or when there are as many as wanted.",
        state.list_sessions,
        shapes.Sessions,
        query=_WAITING,
        errors={400: "A parameter is no such number.", 408: "There were not as many sessions in time."},
    ),
    ControlRoute(
        "DELETE",
        "/sessions/{id}",
        "End a session with a clean end of stream, after what is left for its client.",
        state.end_session,
        shapes.Done,
        errors={404: "No such session is open."},
    ),
    ControlRoute(
        "POST",
        "/events",
        "Ingest log events into the default account and region; group and stream are made if they are missing.",
        state.ingest_events,
        shapes.Ingested,
        body=EventsRequest,
        example={"logGroup": "/app/api", "logStream": "web-1", "messages": ["ERROR boom", "ok"]},
        errors={400: "There is nothing to ingest, or something that AWS would refuse."},
    ),
    ControlRoute("GET", "/faults", "The fault rules in force.", rules.list_faults, shapes.Faults),
    ControlRoute(
        "POST",
        "/faults",
        "Put a fault rule in force, also for the sessions that are open.",
        rules.add_fault,
        shapes.Fault,
        body=dict[str, Any],
        example={"after": {"updates": 3}, "effect": {"type": "cut"}},
        errors={400: "It is no rule."},
    ),
    ControlRoute("DELETE", "/faults", "Take all fault rules out of force.", rules.clear_faults, shapes.Done),
    ControlRoute(
        "DELETE",
        "/faults/{id}",
        "Take a fault rule out of force; what it was doing ends.",
        rules.remove_fault,
        shapes.Done,
        errors={404: "There is no such rule."},
    ),
    ControlRoute("GET", "/scenarios", "The scenarios that are played.", rules.list_scenarios, shapes.Scenarios),
    ControlRoute(
        "POST",
        "/scenarios",
        "Play a scenario from now on, given as TOML or as the same in JSON.",
        rules.start_scenario,
        shapes.Scenario,
        body=bytes,
        example={"source": [{"log_group": "/shop/api", "format": "json", "rate": 20, "duration": "5m"}]},
        errors={400: "It is no scenario."},
    ),
    ControlRoute(
        "DELETE",
        "/scenarios",
        "Stop all scenarios; what they have said stays.",
        rules.stop_scenarios,
        shapes.Done,
    ),
    ControlRoute(
        "GET", "/requests", "The journal: the newest requests of the AWS API.", state.list_requests, shapes.Requests
    ),
    ControlRoute("DELETE", "/requests", "Forget the journal.", state.forget_requests, shapes.Done),
    ControlRoute("GET", "/metrics", "Metrics, as Prometheus reads them.", state.show_metrics, str),
    ControlRoute("GET", "/openapi.json", "This, as OpenAPI 3.1.", state.show_openapi, dict[str, Any]),
)
