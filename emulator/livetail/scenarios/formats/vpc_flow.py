"""VPC flow logs, version 2: the fourteen fields of the default format.

https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
`version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status`
"""

from collections.abc import Sequence

from livetail.core.chance import Chance, Random
from livetail.core.clock import SECOND
from livetail.scenarios.formats.base import Format
from livetail.scenarios.traffic import weighted

_ACCOUNT_ID = "123456789012"
_INTERVAL_SECONDS = 60

# Service port, protocol number, max packets in a record, mean bytes of a packet, of 20 records how many are rejected.
_FLOWS: tuple[tuple[int, int, int, int, int], ...] = weighted(
    ((443, 6, 90, 620, 0), 10),
    ((80, 6, 40, 540, 1), 4),
    ((5432, 6, 60, 310, 0), 4),
    ((53, 17, 2, 90, 0), 4),
    ((22, 6, 12, 70, 17), 3),
    ((3389, 6, 2, 44, 20), 2),
    ((123, 17, 1, 76, 0), 1),
    ((0, 1, 4, 84, 6), 1),
)


class VpcFlowFormat(Format):
    def __init__(self, random: Random, stream_names: Sequence[str], chance: Chance) -> None:
        super().__init__(random, stream_names, chance)
        self._interfaces = [
            # AWS names the stream of a flow log after the interface: `eni-1235b8ca123456789-all`.
            (
                name.rpartition("-")[0] if name.startswith("eni-") and name.count("-") > 1 else _interface(random),
                f"10.0.{1 + position % 200}.{10 + int(random.random() * 200)}",
            )
            for position, name in enumerate(stream_names)
        ]

    @staticmethod
    def default_streams(random: Random, instant: int) -> tuple[str, ...]:
        return tuple(f"{_interface(random)}-all" for _ in range(2))

    def message(self, instant: int, stream: int) -> str:
        draw = self._random.random
        interface, inside = self._interfaces[stream]
        end = instant // SECOND
        start = end - 1 - int(draw() * (_INTERVAL_SECONDS - 1))
        head = f"2 {_ACCOUNT_ID} {interface}"
        if draw() < 0.01:
            # An interval in which nothing passed, or nothing was recorded, has no flow to describe.
            return f"{head} - - - - - - - {start} {end} - {'NODATA' if draw() < 0.8 else 'SKIPDATA'}"
        port, protocol, most_packets, packet_bytes, rejected = _FLOWS[int(draw() * len(_FLOWS))]
        action = "REJECT" if draw() * 20 < rejected else "ACCEPT"
        client_port = 1024 + int(draw() * 64_000) if port else 0
        # A rejected flow has only its first packets.
        packets = 1 + int(draw() * (most_packets if action == "ACCEPT" else min(most_packets, 3)))
        size = packets * (40 + int(draw() * 2 * (packet_bytes - 40)))
        outside = self._traffic.address()
        if action == "ACCEPT" and draw() < 0.4:
            ends = f"{inside} {outside} {port} {client_port}"
        else:
            ends = f"{outside} {inside} {client_port} {port}"
        return f"{head} {ends} {protocol} {packets} {size} {start} {end} {action} OK"


def _interface(random: Random) -> str:
    return f"eni-0{random.getrandbits(64):016x}"
