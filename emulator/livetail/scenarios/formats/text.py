"""Plain text as a small application writes it: `2026-01-31T12:00:00.123Z INFO [cart] item 12 added, 3 in cart`."""

from livetail.scenarios.formats.base import Format, iso_time
from livetail.scenarios.traffic import weighted

# A line with two numbers, and the largest value of each; the second is at most the first where its largest value is 0.
_LINES: tuple[tuple[str, int, int], ...] = weighted(
    (("INFO [cart] item %d added, %d in cart", 4000, 9), 14),
    (("INFO [cart] item %d removed, %d in cart", 4000, 9), 4),
    (("INFO [catalog] product %d shown to user %d", 4000, 2000), 18),
    (("INFO [catalog] price of product %d changed to %d cents", 4000, 25000), 2),
    (("INFO [search] %d hits, %d shown", 180, 0), 10),
    (("INFO [search] index has %d documents, %d new", 4000, 12), 2),
    (("INFO [orders] order %d placed with %d items", 90000, 9), 9),
    (("INFO [orders] order %d shipped in %d parcels", 90000, 3), 5),
    (("INFO [accounts] user %d signed in, %d sessions open", 2000, 4), 6),
    (("INFO [accounts] password of user %d changed, %d sessions ended", 2000, 4), 1),
    (("INFO [mail] confirmation of order %d sent in %d ms", 90000, 400), 7),
    (("INFO [http] %d requests in the last minute, %d of them slow", 900, 12), 3),
    (("DEBUG [cache] refreshed %d keys in %d ms", 600, 30), 10),
    (("DEBUG [cache] %d lookups, %d of them hits", 9000, 0), 4),
    (("DEBUG [db] pool has %d connections, %d idle", 64, 0), 8),
    (("DEBUG [jobs] job %d took %d ms", 9000, 1200), 4),
    (("WARN [payments] provider answered after %d ms, attempt %d", 3000, 3), 4),
    (("WARN [cache] evicted %d keys, memory at %d%%", 900, 98), 3),
    (("WARN [stock] product %d is running out, %d left", 4000, 5), 2),
    (("WARN [accounts] %d failed sign-ins of user %d", 9, 2000), 2),
    (("ERROR [payments] charge for order %d declined, code %d", 90000, 99), 3),
    (("ERROR [db] query took %d ms and was cancelled, connection %d", 30000, 64), 2),
    (("ERROR [mail] order %d: server replied %d to the confirmation", 90000, 554), 1),
    (("ERROR [stock] reservation of order %d failed for %d items", 90000, 4), 1),
)


class TextFormat(Format):
    def message(self, instant: int, stream: int) -> str:
        draw = self._random.random
        line, first_max, second_max = _LINES[int(draw() * len(_LINES))]
        first = 1 + int(draw() * first_max)
        second = 1 + int(draw() * second_max) if second_max else int(draw() * (first + 1))
        return f"{iso_time(instant)} {line % (first, second)}"
