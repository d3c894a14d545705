"""CloudTrail records as CloudTrail delivers them to CloudWatch Logs: one JSON record per event.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html names the
fields. It includes on purpose what auditors search for: denied calls, failed sign-ins, the root user, changed policies.
"""

from typing import Any, TypeAlias

import msgspec

from livetail.core.chance import Random
from livetail.scenarios.formats.base import Format, date
from livetail.scenarios.traffic import draw_uuid, one_of, weighted

_Json: TypeAlias = dict[str, Any]

_ACCOUNT_ID = "123456789012"
_REGION = "us-east-1"
_PEOPLE = ("alice", "bob", "carol", "dave")
_ROLES = ("web", "deploy", "backup")
_SSH = '{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22}]}'
_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
_AGENTS = ("aws-cli/2.22.7", "Boto3/1.35.74", "aws-sdk-go-v2/1.32.6", "console.amazonaws.com")


# Service, name of the call, parameters in JSON (in which `#` stands for some hexadecimal digits).
_CALLS: tuple[tuple[str, str, str], ...] = weighted(
    (("s3", "ListBuckets", "null"), 8),
    (("s3", "GetBucketPolicy", '{"bucketName":"shop-assets-#"}'), 6),
    (("s3", "PutBucketPolicy", '{"bucketName":"shop-assets-#"}'), 1),
    (("ec2", "DescribeInstances", '{"instancesSet":{}}'), 16),
    (("ec2", "RunInstances", '{"instanceType":"t3.micro","minCount":1,"maxCount":1}'), 3),
    (("ec2", "StopInstances", '{"instancesSet":{"items":[{"instanceId":"i-0#"}]}}'), 2),
    (("ec2", "AuthorizeSecurityGroupIngress", f'{{"groupId":"sg-0#","ipPermissions":{_SSH}}}'), 1),
    (("iam", "ListUsers", "null"), 6),
    (("iam", "CreateUser", '{"userName":"temp-#"}'), 1),
    (("iam", "AttachRolePolicy", f'{{"roleName":"deploy","policyArn":"{_ADMINISTRATOR}"}}'), 1),
    (("sts", "GetCallerIdentity", "null"), 8),
    (("kms", "Decrypt", '{"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}'), 10),
    (("cloudtrail", "StopLogging", f'{{"name":"arn:aws:cloudtrail:{_REGION}:{_ACCOUNT_ID}:trail/audit"}}'), 1),
)
_READING = ("Decrypt", "Describe", "Get", "List")


class CloudTrailFormat(Format):
    @staticmethod
    def default_streams(random: Random, instant: int) -> tuple[str, ...]:
        return (f"{_ACCOUNT_ID}_CloudTrail_{_REGION}",)

    def message(self, instant: int, stream: int) -> str:
        return self._sign_in(instant) if self._random.random() < 0.06 else self._api_call(instant)

    def _api_call(self, instant: int) -> str:
        random = self._random
        service, name, parameters = one_of(random, _CALLS)
        kind = random.random()
        if kind < 0.01:
            identity = _identity("Root", _ACCOUNT_ID, "root")
        elif kind < 0.55:
            identity = _person(one_of(random, _PEOPLE))
        else:
            identity = _role(one_of(random, _ROLES), f"i-0{random.getrandbits(64):016x}")
        parameters = parameters.replace("#", f"{random.getrandbits(32):08x}")
        is_read_only = name.startswith(_READING)
        details: _Json = {}
        if kind >= 0.01 and random.random() < (0.04 if is_read_only else 0.25):
            details["errorCode"] = "Client.UnauthorizedOperation" if service == "ec2" else "AccessDenied"
            details["errorMessage"] = f"You are not authorized to perform this operation: {name}"
        agent = one_of(random, _AGENTS)
        details["requestParameters"] = msgspec.Raw(parameters.encode())
        details["responseElements"] = None if is_read_only or "errorCode" in details else {"_return": True}
        details["requestID"] = draw_uuid(random)
        return self._record(instant, "AwsApiCall", service, name, identity, agent, details)

    def _sign_in(self, instant: int) -> str:
        person = one_of(self._random, _PEOPLE)
        failed = self._random.random() < 0.3
        details: _Json = {"errorMessage": "Failed authentication"} if failed else {}
        details["requestParameters"] = None
        details["responseElements"] = {"ConsoleLogin": "Failure" if failed else "Success"}
        details["additionalEventData"] = {
            "LoginTo": "https://console.aws.amazon.com/console/home",
            "MobileVersion": "No",
            "MFAUsed": "Yes" if self._random.random() < 0.8 else "No",
        }
        identity = _person(person, with_key=not failed)
        return self._record(instant, "AwsConsoleSignIn", "signin", "ConsoleLogin", identity, _BROWSER, details)

    def _record(
        self, instant: int, kind: str, service: str, name: str, identity: _Json, agent: str, details: _Json
    ) -> str:
        record = {
            "eventVersion": "1.11",
            "userIdentity": identity,
            "eventTime": date(instant, "%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "awsRegion": _REGION,
            "sourceIPAddress": self._traffic.address(),
            "userAgent": agent,
            **details,
            "eventID": draw_uuid(self._random),
            "readOnly": name.startswith(_READING),
            "eventType": kind,
            "managementEvent": True,
            "recipientAccountId": _ACCOUNT_ID,
            "eventCategory": "Management",
        }
        return msgspec.json.encode(record).decode()


def _person(name: str, *, with_key: bool = True) -> _Json:
    identity = _identity("IAMUser", f"AIDA{_digits(name)}", f"user/{name}")
    return identity | ({"accessKeyId": f"AKIA{_digits(name)}"} if with_key else {}) | {"userName": name}


def _role(name: str, session: str) -> _Json:
    principal_id = f"AROA{_digits(name)}"
    issuer = _identity("Role", principal_id, f"role/{name}") | {"userName": name}
    identity = _identity("AssumedRole", f"{principal_id}:{session}", f"assumed-role/{name}/{session}", service="sts")
    return identity | {"sessionContext": {"sessionIssuer": issuer}}


def _identity(kind: str, principal_id: str, resource: str, *, service: str = "iam") -> _Json:
    arn = f"arn:aws:{service}::{_ACCOUNT_ID}:{resource}"
    return {"type": kind, "principalId": principal_id, "arn": arn, "accountId": _ACCOUNT_ID}


def _digits(name: str) -> str:
    """The end of the ids of a person or role, made from the name, so that it is always the same."""
    return name.upper().ljust(16, "X")[:16]
