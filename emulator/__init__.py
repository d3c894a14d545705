"""Livetail: a local emulator of the Amazon CloudWatch Logs Live Tail API.

``from emulator import LiveTailEmulator`` is the Python interface. The name is resolved on first use, so that importing
the package (as pytest does to load the plugin, and as ``livetail healthcheck`` does every few seconds) costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulator.testing.emulator import LiveTailEmulator

__all__ = ["LiveTailEmulator", "__version__"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "LiveTailEmulator":
        from emulator.testing.emulator import LiveTailEmulator

        return LiveTailEmulator
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
