"""Livetail: a local emulator of the Amazon CloudWatch Logs Live Tail API.

``from livetail import LiveTailEmulator`` is the Python interface. The name is resolved on first use, so that importing
the package (as pytest does to load the plugin, and as ``livetail healthcheck`` does every few seconds) costs nothing.
"""

from typing import TYPE_CHECKING, Any

from livetail.version import __version__

if TYPE_CHECKING:
    from livetail.testing.emulator import LiveTailEmulator

__all__ = ["LiveTailEmulator", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "LiveTailEmulator":
        from livetail.testing.emulator import LiveTailEmulator

        return LiveTailEmulator
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
