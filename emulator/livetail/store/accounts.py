"""The log groups of every account and region. Accounts and regions share nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from livetail.core.arns import LogGroupArn
from livetail.core.errors import ResourceAlreadyExistsException, ResourceNotFoundException
from livetail.store.log_group import KeptBatches, LogGroup, LogGroupClass

CLEANUP_AT_STORES: Final = 1_000
"""Stores without log groups are removed once there are this many stores."""

NO_SUCH_LOG_GROUP: Final = "The specified log group does not exist."


@dataclass(slots=True, eq=False)
class RegionStore:
    """The log groups of one account in one region, by their names."""

    account_id: str
    region: str
    kept: KeptBatches
    groups: dict[str, LogGroup] = field(default_factory=dict)

    def group(self, name: str) -> LogGroup:
        """A log group by its name; raises ResourceNotFoundException if there is none."""
        try:
            return self.groups[name]
        except KeyError:
            raise ResourceNotFoundException(NO_SUCH_LOG_GROUP) from None

    def create_group(
        self,
        name: str,
        now: int,
        *,
        log_group_class: LogGroupClass = LogGroupClass.STANDARD,
        kms_key_id: str | None = None,
        deletion_protection: bool = False,
        tags: Mapping[str, str] | None = None,
    ) -> LogGroup:
        """Create a log group; raises ResourceAlreadyExistsException if there is one of this name."""
        if name in self.groups:
            raise ResourceAlreadyExistsException("The specified log group already exists")
        group = self.groups[name] = LogGroup(
            arn=LogGroupArn.of(self.region, self.account_id, name),
            created_at=now,
            kept=self.kept,
            log_group_class=log_group_class,
            kms_key_id=kms_key_id,
            deletion_protection=deletion_protection,
            tags=dict(tags or {}),
        )
        return group

    def delete_group(self, name: str) -> None:
        """Delete a log group with its streams and events; raises ResourceNotFoundException if there is none."""
        self.group(name).clear()
        del self.groups[name]


class Accounts:
    """The stores of all accounts and regions; each is created at its first use.

    Args:
        retain_events: how many events, the newest, each log group keeps for GetLogEvents and FilterLogEvents.
        retain_bytes: how many bytes the events of all log groups may take together; the oldest are removed first.
    """

    def __init__(self, retain_events: int, retain_bytes: int) -> None:
        self._kept = KeptBatches(retain_events, retain_bytes)
        self._regions: dict[tuple[str, str], RegionStore] = {}
        self._cleanup_at = CLEANUP_AT_STORES

    def __iter__(self) -> Iterator[RegionStore]:
        """The stores that have log groups."""
        return (store for store in self._regions.values() if store.groups)

    def region(self, account_id: str, region: str) -> RegionStore:
        """The store of an account in a region."""
        try:
            return self._regions[account_id, region]
        except KeyError:
            if len(self._regions) >= self._cleanup_at:
                # Clients choose account and region: without this, memory would grow with each new pair.
                self._regions = {key: store for key, store in self._regions.items() if store.groups}
                self._cleanup_at = max(CLEANUP_AT_STORES, 2 * len(self._regions))
            store = self._regions[account_id, region] = RegionStore(account_id, region, self._kept)
            return store
