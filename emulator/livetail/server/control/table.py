"""The table of routes: the rows of all resources, in the order of the documentation."""

from typing import Final

from livetail.server.control import (
    certificate,
    clock,
    events,
    faults,
    health,
    log_groups,
    metrics,
    page,
    patterns,
    requests,
    scenarios,
    sessions,
    settings,
)
from livetail.server.control.openapi import openapi_route
from livetail.server.control.route import ControlRoute

_RESOURCES: Final[tuple[ControlRoute, ...]] = (
    *health.ROUTES,
    *settings.ROUTES,
    *clock.ROUTES,
    *sessions.ROUTES,
    *events.ROUTES,
    *log_groups.ROUTES,
    *patterns.ROUTES,
    *faults.ROUTES,
    *scenarios.ROUTES,
    *requests.ROUTES,
    *certificate.ROUTES,
    *metrics.ROUTES,
    *page.ROUTES,
)

ROUTES: Final = (*_RESOURCES, openapi_route(_RESOURCES))
