"""Plain text as a small application writes it: `2026-01-31T12:00:00.123Z INFO [cart] item 12 added, 3 in cart`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from livetail.scenarios.formats.base import LineFormat
from livetail.scenarios.timestamps import IsoTime
from livetail.scenarios.traffic import weighted

if TYPE_CHECKING:
    from livetail.core.chance import Random

__all__ = ["TextFormat"]

# What stands before the numbers' place, and the largest of the two numbers.
_LINES: tuple[tuple[str, int, int], ...] = weighted(
    (("INFO [cart] item %d added, %d in cart", 4000, 9), 16),
    (("INFO [catalog] product %d shown to user %d", 4000, 2000), 20),
    (("INFO [search] %d hits in %d ms", 180, 60), 12),
    (("INFO [orders] order %d placed with %d items", 90000, 9), 10),
    (("INFO [mail] confirmation of order %d sent in %d ms", 90000, 400), 8),
    (("DEBUG [cache] refreshed %d keys in %d ms", 600, 30), 12),
    (("DEBUG [db] pool has %d connections, %d idle", 64, 20), 8),
    (("WARN [payments] provider answered after %d ms, attempt %d", 3000, 3), 5),
    (("WARN [cache] evicted %d keys, memory at %d%%", 900, 98), 4),
    (("ERROR [payments] charge for order %d declined, code %d", 90000, 99), 3),
    (("ERROR [db] query took %d ms and was cancelled, connection %d", 30000, 64), 2),
)


class TextFormat(LineFormat):
    def __init__(self, random: "Random", stream_names: Sequence[str]) -> None:
        super().__init__(random, stream_names)
        self._draw = random.random
        self._time = IsoTime()

    def message(self, instant: int, stream: int) -> str:
        draw = self._draw
        line, first, second = _LINES[int(draw() * len(_LINES))]
        return f"{self._time(instant)} {line % (1 + int(draw() * first), 1 + int(draw() * second))}"
