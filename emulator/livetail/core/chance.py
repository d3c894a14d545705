"""Random numbers: independent streams, all drawn from one seed.

Each part has its own stream, by name (`ids`, `sampling`, `source 2` …), so that no part changes the numbers of another.
This is the only pure file that may import `random`, and only its seeded class; others import `Random` from here.
"""

from random import Random as Random


class Chance:
    """Random streams that repeat for the same seed and the same names."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def stream(self, name: str) -> Random:
        """A new stream, the same one each time for one seed and name.

        `Random` hashes a text seed with SHA-512, so the stream is the same in all Python versions and processes.
        """
        return Random(f"livetail {self.seed} {name}")

    def child(self, name: str) -> "Chance":
        """Random streams with a seed of their own, for a part that takes many; the same for one seed and name."""
        return Chance(self.stream(name).getrandbits(64))
