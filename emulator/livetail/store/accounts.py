"""The log groups of every account and region. Accounts and regions share nothing."""

from dataclasses import dataclass, field
from typing import Final

from livetail.core.arns import LogGroupArn
from livetail.core.errors import ResourceAlreadyExistsException, ResourceNotFoundException
from livetail.store.log_group import KeptBatches, LogGroup, LogGroupClass

NO_SUCH_LOG_GROUP: Final = "The specified log group does not exist."


@dataclass(slots=True, eq=False)
class RegionStore:
    """The log groups of one account in one region, by their names."""

    account_id: str
    region: str
    accounts: "Accounts"
    groups: dict[str, LogGroup] = field(default_factory=dict)

    def group(self, name: str) -> LogGroup:
        """A log group by its name; raises ResourceNotFoundException if there is none."""
        try:
            return self.groups[name]
        except KeyError:
            raise ResourceNotFoundException(NO_SUCH_LOG_GROUP) from None

    def create_group(self, name: str, now: int, log_group_class: LogGroupClass = LogGroupClass.STANDARD) -> LogGroup:
        """Create a log group; raises ResourceAlreadyExistsException if there is one of this name."""
        if name in self.groups:
            raise ResourceAlreadyExistsException("The specified log group already exists")
        arn = LogGroupArn.of(self.region, self.account_id, name)
        group = self.groups[name] = LogGroup(arn, now, self.accounts.kept, log_group_class)
        self.accounts.stores[self.account_id, self.region] = self
        return group

    def delete_group(self, name: str) -> None:
        """Delete a log group with its streams and events; raises ResourceNotFoundException if there is none."""
        group = self.group(name)
        while group.batches:
            group.remove_oldest()
        del self.groups[name]
        if not self.groups:
            del self.accounts.stores[self.account_id, self.region]


class Accounts:
    """The stores of all accounts and regions.

    Clients choose account and region, so only stores that have log groups are kept.

    Attributes:
        kept: the batches of all log groups.
        stores: those that have log groups, by account and region.

    Args:
        retain_events: how many events, the newest, each log group keeps for GetLogEvents and FilterLogEvents.
        retain_bytes: how many bytes the events of all log groups may take together; the oldest are removed first.
    """

    def __init__(self, retain_events: int, retain_bytes: int) -> None:
        self.kept = KeptBatches(retain_events, retain_bytes)
        self.stores: dict[tuple[str, str], RegionStore] = {}

    def region(self, account_id: str, region: str) -> RegionStore:
        """The store of an account in a region."""
        return self.stores.get((account_id, region)) or RegionStore(account_id, region, self)
