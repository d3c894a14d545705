"""CloudTrail records as CloudTrail delivers them to CloudWatch Logs: one JSON record per event.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html names the
fields. What auditors look for is in here on purpose: denied calls, failed sign-ins, the root user, changed policies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from livetail.scenarios.formats.base import LineFormat
from livetail.scenarios.timestamps import IsoTime
from livetail.scenarios.traffic import Traffic, draw_uuid, one_of, weighted

if TYPE_CHECKING:
    from livetail.core.chance import Chance, Random

__all__ = ["CloudTrailFormat"]

_ACCOUNT_ID = "123456789012"
_REGION = "us-east-1"
_PEOPLE = ("alice", "bob", "carol", "dave")
_ROLES = ("web", "deploy", "backup")
_AGENTS = ("aws-cli/2.22.7", "Boto3/1.35.74", "aws-sdk-go-v2/1.32.6", "console.amazonaws.com")


@dataclass(frozen=True, slots=True)
class _Call:
    """An API call. `parameters` is JSON, in which `#` stands for some hex digits; `denied` is the code of a refusal."""

    source: str
    name: str
    parameters: str
    read_only: bool = True
    denied: str = "AccessDenied"


_CALLS = weighted(
    (_Call("s3.amazonaws.com", "ListBuckets", "null"), 8),
    (_Call("s3.amazonaws.com", "GetBucketPolicy", '{"bucketName":"shop-assets-#"}'), 6),
    (_Call("s3.amazonaws.com", "PutBucketPolicy", '{"bucketName":"shop-assets-#"}', read_only=False), 1),
    (_Call("ec2.amazonaws.com", "DescribeInstances", '{"instancesSet":{}}', denied="Client.UnauthorizedOperation"), 16),
    (
        _Call(
            "ec2.amazonaws.com",
            "RunInstances",
            '{"instanceType":"t3.micro","minCount":1,"maxCount":1}',
            read_only=False,
            denied="Client.UnauthorizedOperation",
        ),
        3,
    ),
    (
        _Call(
            "ec2.amazonaws.com",
            "StopInstances",
            '{"instancesSet":{"items":[{"instanceId":"i-0#"}]}}',
            read_only=False,
            denied="Client.UnauthorizedOperation",
        ),
        2,
    ),
    (
        _Call(
            "ec2.amazonaws.com",
            "AuthorizeSecurityGroupIngress",
            '{"groupId":"sg-0#","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22}]}}',
            read_only=False,
            denied="Client.UnauthorizedOperation",
        ),
        1,
    ),
    (_Call("iam.amazonaws.com", "ListUsers", "null"), 6),
    (_Call("iam.amazonaws.com", "CreateUser", '{"userName":"temp-#"}', read_only=False), 1),
    (
        _Call(
            "iam.amazonaws.com",
            "AttachRolePolicy",
            '{"roleName":"deploy","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}',
            read_only=False,
        ),
        1,
    ),
    (_Call("sts.amazonaws.com", "GetCallerIdentity", "null"), 8),
    (_Call("kms.amazonaws.com", "Decrypt", '{"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}'), 10),
    (
        _Call(
            "cloudtrail.amazonaws.com",
            "StopLogging",
            f'{{"name":"arn:aws:cloudtrail:{_REGION}:{_ACCOUNT_ID}:trail/audit"}}',
            read_only=False,
        ),
        1,
    ),
)


class CloudTrailFormat(LineFormat):
    def __init__(self, random: "Random", stream_names: Sequence[str], chance: "Chance") -> None:
        super().__init__(random, stream_names, chance)
        self._draw = random.random
        self._traffic = Traffic(random)
        self._time = IsoTime(milliseconds=False)

    @staticmethod
    def default_streams(random: "Random", instant: int) -> tuple[str, ...]:
        return (f"{_ACCOUNT_ID}_CloudTrail_{_REGION}",)

    def message(self, instant: int, stream: int) -> str:
        return self._sign_in(instant) if self._draw() < 0.06 else self._api_call(instant)

    def _api_call(self, instant: int) -> str:
        random = self._random
        call = one_of(random, _CALLS)
        kind = self._draw()
        if kind < 0.01:
            identity = _root()
        elif kind < 0.55:
            identity = _person(one_of(random, _PEOPLE))
        else:
            identity = _role(one_of(random, _ROLES), f"i-0{random.getrandbits(64):016x}")
        parameters = call.parameters.replace("#", f"{random.getrandbits(32):08x}")
        error = ""
        if kind >= 0.01 and self._draw() < (0.04 if call.read_only else 0.25):
            reason = f"You are not authorized to perform this operation: {call.name}"
            error = f'"errorCode":"{call.denied}","errorMessage":"{reason}",'
        answer = "null" if call.read_only or error else '{"_return":true}'
        return self._record(
            instant,
            identity,
            source=call.source,
            name=call.name,
            agent=one_of(random, _AGENTS),
            details=f'{error}"requestParameters":{parameters},"responseElements":{answer},'
            f'"requestID":"{draw_uuid(random)}"',
            read_only=call.read_only,
            kind="AwsApiCall",
        )

    def _sign_in(self, instant: int) -> str:
        person = one_of(self._random, _PEOPLE)
        failed = self._draw() < 0.3
        error = '"errorMessage":"Failed authentication",' if failed else ""
        outcome = "Failure" if failed else "Success"
        mfa = "Yes" if self._draw() < 0.8 else "No"
        return self._record(
            instant,
            _person(person) if not failed else _person(person, with_key=False),
            source="signin.amazonaws.com",
            name="ConsoleLogin",
            agent="Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
            details=f'{error}"requestParameters":null,"responseElements":{{"ConsoleLogin":"{outcome}"}},'
            f'"additionalEventData":{{"LoginTo":"https://console.aws.amazon.com/console/home","MobileVersion":"No",'
            f'"MFAUsed":"{mfa}"}}',
            read_only=False,
            kind="AwsConsoleSignIn",
        )

    def _record(
        self,
        instant: int,
        identity: str,
        *,
        source: str,
        name: str,
        agent: str,
        details: str,
        read_only: bool,
        kind: str,
    ) -> str:
        return (
            f'{{"eventVersion":"1.11","userIdentity":{identity},"eventTime":"{self._time(instant)}","eventSource":"{source}",'
            f'"eventName":"{name}","awsRegion":"{_REGION}","sourceIPAddress":"{self._traffic.address()}","userAgent":"{agent}",'
            f'{details},"eventID":"{draw_uuid(self._random)}","readOnly":{"true" if read_only else "false"},'
            f'"eventType":"{kind}","managementEvent":true,"recipientAccountId":"{_ACCOUNT_ID}","eventCategory":"Management"}}'
        )


def _person(name: str, *, with_key: bool = True) -> str:
    # A person always has the same ids: they are spelled from the name.
    digits = name.upper().ljust(16, "X")[:16]
    key = f'"accessKeyId":"AKIA{digits}",' if with_key else ""
    return (
        f'{{"type":"IAMUser","principalId":"AIDA{digits}","arn":"arn:aws:iam::{_ACCOUNT_ID}:user/{name}",'
        f'"accountId":"{_ACCOUNT_ID}",{key}"userName":"{name}"}}'
    )


def _role(name: str, session: str) -> str:
    digits = name.upper().ljust(16, "X")[:16]
    return (
        f'{{"type":"AssumedRole","principalId":"AROA{digits}:{session}",'
        f'"arn":"arn:aws:sts::{_ACCOUNT_ID}:assumed-role/{name}/{session}","accountId":"{_ACCOUNT_ID}",'
        f'"sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROA{digits}",'
        f'"arn":"arn:aws:iam::{_ACCOUNT_ID}:role/{name}","accountId":"{_ACCOUNT_ID}","userName":"{name}"}}}}}}'
    )


def _root() -> str:
    return (
        f'{{"type":"Root","principalId":"{_ACCOUNT_ID}","arn":"arn:aws:iam::{_ACCOUNT_ID}:root",'
        f'"accountId":"{_ACCOUNT_ID}"}}'
    )
