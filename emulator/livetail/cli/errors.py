"""How a command fails: one sentence for a person, and an exit status."""


class CommandError(Exception):
    """A command could not do what it was asked; `str()` is the sentence that the user reads, or one a line.

    Attributes:
        status: the exit status, 1 (failed) or 2 (wrong usage).
    """

    def __init__(self, message: str, *, status: int = 1) -> None:
        super().__init__(message)
        self.status = status
