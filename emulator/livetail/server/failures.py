"""Why a server cannot start."""

__all__ = ["StartError"]


class StartError(Exception):
    """The server cannot start; `str()` is one sentence."""
