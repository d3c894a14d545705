"""Livetail: a local emulator of the Amazon CloudWatch Logs Live Tail API.

``from livetail import LiveTailEmulator`` is the Python interface. Its names are resolved on first use, so that
importing the package (as pytest does to load the plugin, and as ``livetail healthcheck`` does every few seconds) costs
nothing.
"""

from typing import TYPE_CHECKING, Any

from livetail.version import __version__

if TYPE_CHECKING:
    from livetail.testing.async_handle import AsyncLiveTail, AsyncSession, AsyncTail
    from livetail.testing.control import LiveTailError, LiveTailTimeoutError
    from livetail.testing.emulator import LiveTailEmulator
    from livetail.testing.handle import Fault, LiveTail
    from livetail.testing.session import Session
    from livetail.testing.shapes import (
        Counters,
        EndedSessionInfo,
        EventToPut,
        FaultInfo,
        LogEvent,
        RequestInfo,
        SessionInfo,
        SettingsKeywords,
    )
    from livetail.testing.tail import Tail

__all__ = [
    "AsyncLiveTail",
    "AsyncSession",
    "AsyncTail",
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
    "RequestInfo",
    "Session",
    "SessionInfo",
    "SettingsKeywords",
    "Tail",
    "__version__",
]

_MODULES = {
    "async_handle": ("AsyncLiveTail", "AsyncSession", "AsyncTail"),
    "control": ("LiveTailError", "LiveTailTimeoutError"),
    "emulator": ("LiveTailEmulator",),
    "handle": ("Fault", "LiveTail"),
    "session": ("Session",),
    "shapes": (
        *("Counters", "EndedSessionInfo", "EventToPut", "FaultInfo", "LogEvent", "RequestInfo", "SessionInfo"),
        "SettingsKeywords",
    ),
    "tail": ("Tail",),
}
"""The modules of `livetail.testing` that have the names."""


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            from importlib import import_module

            return getattr(import_module(f"livetail.testing.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
