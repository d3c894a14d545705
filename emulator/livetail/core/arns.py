"""ARNs of log groups and log streams.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html gives the forms:
`arn:aws:logs:REGION:ACCOUNT:log-group:NAME`, with `:*` at its end where its streams are meant too, and
`arn:aws:logs:REGION:ACCOUNT:log-group:NAME:log-stream:STREAM`.
"""

import re
from dataclasses import dataclass

_LOG_GROUP = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):logs:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):log-group:(?P<name>[^:*]+)(?::\*?)?"
)


def partition_of(region: str) -> str:
    """The partition that a region belongs to."""
    if region.startswith("cn-"):
        return "aws-cn"
    if region.startswith("us-gov-"):
        return "aws-us-gov"
    return "aws"


@dataclass(frozen=True, slots=True)
class LogGroupArn:
    """The ARN of a log group, without the trailing `:*`; `str()` gives its text."""

    region: str
    account_id: str
    name: str
    partition: str = "aws"

    @classmethod
    def of(cls, region: str, account_id: str, name: str) -> "LogGroupArn":
        """The ARN of a group in the partition of its region."""
        return cls(region, account_id, name, partition_of(region))

    @classmethod
    def parse(cls, text: str) -> "LogGroupArn | None":
        """Read an ARN; None if it is not the ARN of a log group.

        It may end in `:*`, as `arn` in DescribeLogGroups does, or in `:`, as clients send it that cut off the `*`.
        """
        found = _LOG_GROUP.fullmatch(text)
        if found is None:
            return None
        return cls(found["region"], found["account"], found["name"], found["partition"])

    def __str__(self) -> str:
        return f"arn:{self.partition}:logs:{self.region}:{self.account_id}:log-group:{self.name}"
