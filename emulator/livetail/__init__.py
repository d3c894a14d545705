"""Livetail: a local emulator of the Amazon CloudWatch Logs Live Tail API.

``from livetail import LiveTailEmulator`` is the Python interface. Its names are resolved on first use, so that
importing the package (as pytest does to load the plugin, and as ``livetail healthcheck`` does every few seconds) costs
nothing.
"""

from typing import TYPE_CHECKING, Any

from livetail.version import __version__

if TYPE_CHECKING:
    from livetail.control_shapes import Counters, EndedSessionInfo, FaultInfo, RequestInfo, SessionInfo
    from livetail.errors import AwsError, LiveTailError, LiveTailTimeoutError, NoResponseError
    from livetail.testing.async_handle import AsyncLiveTail, AsyncSession, AsyncTail
    from livetail.testing.emulator import LiveTailEmulator
    from livetail.testing.handle import Fault, LiveTail
    from livetail.testing.session import Session
    from livetail.testing.shapes import EventToPut, LogEvent, SettingsKeywords
    from livetail.testing.tail import Tail

__all__ = [
    "AsyncLiveTail",
    "AsyncSession",
    "AsyncTail",
    "AwsError",
    "Counters",
    "EndedSessionInfo",
    "EventToPut",
    "Fault",
    "FaultInfo",
    "LiveTail",
    "LiveTailEmulator",
    "LiveTailError",
    "LiveTailTimeoutError",
    "LogEvent",
    "NoResponseError",
    "RequestInfo",
    "Session",
    "SessionInfo",
    "SettingsKeywords",
    "Tail",
    "__version__",
]

_MODULES = (
    "errors",
    "control_shapes",
    *("testing.shapes", "testing.session", "testing.tail", "testing.handle", "testing.async_handle"),
    "testing.emulator",
)
"""The modules that have these names, the quickest to load first."""


def __getattr__(name: str) -> Any:
    if name in __all__:
        from importlib import import_module

        for module in _MODULES:
            if (found := getattr(import_module(f"livetail.{module}"), name, None)) is not None:
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
