"""CloudTrail records as CloudTrail delivers them to CloudWatch Logs: one JSON record per event.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html names the
fields. It includes on purpose what auditors search for: denied calls, failed sign-ins, the root user, changed policies.
"""

from livetail.core.chance import Random
from livetail.scenarios.formats.base import Format
from livetail.scenarios.timestamps import SecondText
from livetail.scenarios.traffic import draw_uuid, one_of, weighted

_ACCOUNT_ID = "123456789012"
_REGION = "us-east-1"
_PEOPLE = ("alice", "bob", "carol", "dave")
_ROLES = ("web", "deploy", "backup")
_SSH = '{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22}]}'
_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
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
    def make_time() -> SecondText:
        return SecondText()

    @staticmethod
    def default_streams(random: Random, instant: int) -> tuple[str, ...]:
        return (f"{_ACCOUNT_ID}_CloudTrail_{_REGION}",)

    def message(self, instant: int, stream: int) -> str:
        return self._sign_in(instant) if self._random.random() < 0.06 else self._api_call(instant)

    def _api_call(self, instant: int) -> str:
        random = self._random
        service, name, parameters = one_of(random, _CALLS)
        read_only = name.startswith(_READING)
        kind = self._random.random()
        if kind < 0.01:
            identity = _identity("Root", _ACCOUNT_ID, "root")
        elif kind < 0.55:
            identity = _person(one_of(random, _PEOPLE))
        else:
            identity = _role(one_of(random, _ROLES), f"i-0{random.getrandbits(64):016x}")
        parameters = parameters.replace("#", f"{random.getrandbits(32):08x}")
        error = ""
        if kind >= 0.01 and self._random.random() < (0.04 if read_only else 0.25):
            code = "Client.UnauthorizedOperation" if service == "ec2" else "AccessDenied"
            reason = f"You are not authorized to perform this operation: {name}"
            error = f'"errorCode":"{code}","errorMessage":"{reason}",'
        agent = one_of(random, _AGENTS)
        response = "null" if read_only or error else '{"_return":true}'
        details = (
            f'{error}"requestParameters":{parameters},"responseElements":{response},"requestID":"{draw_uuid(random)}"'
        )
        return self._record(instant, "AwsApiCall", identity, service, name, agent, details, read_only=read_only)

    def _sign_in(self, instant: int) -> str:
        person = one_of(self._random, _PEOPLE)
        failed = self._random.random() < 0.3
        error = '"errorMessage":"Failed authentication",' if failed else ""
        outcome = "Failure" if failed else "Success"
        mfa = "Yes" if self._random.random() < 0.8 else "No"
        agent = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
        details = (
            f'{error}"requestParameters":null,"responseElements":{{"ConsoleLogin":"{outcome}"}},'
            f'"additionalEventData":{{"LoginTo":"https://console.aws.amazon.com/console/home","MobileVersion":"No",'
            f'"MFAUsed":"{mfa}"}}'
        )
        identity = _person(person, with_key=not failed)
        return self._record(
            instant, "AwsConsoleSignIn", identity, "signin", "ConsoleLogin", agent, details, read_only=False
        )

    def _record(
        self,
        instant: int,
        kind: str,
        identity: str,
        service: str,
        name: str,
        agent: str,
        details: str,
        *,
        read_only: bool,
    ) -> str:
        return (
            f'{{"eventVersion":"1.11","userIdentity":{identity},"eventTime":"{self._time(instant)}",'
            f'"eventSource":"{service}.amazonaws.com","eventName":"{name}","awsRegion":"{_REGION}",'
            f'"sourceIPAddress":"{self._traffic.address()}","userAgent":"{agent}",{details},'
            f'"eventID":"{draw_uuid(self._random)}","readOnly":{"true" if read_only else "false"},'
            f'"eventType":"{kind}","managementEvent":true,"recipientAccountId":"{_ACCOUNT_ID}","eventCategory":"Management"}}'
        )


def _person(name: str, *, with_key: bool = True) -> str:
    digits = _digits(name)
    key = f'"accessKeyId":"AKIA{digits}",' if with_key else ""
    return _identity("IAMUser", f"AIDA{digits}", f"user/{name}", f',{key}"userName":"{name}"')


def _role(name: str, session: str) -> str:
    digits = _digits(name)
    issuer = _identity("Role", f"AROA{digits}", f"role/{name}", f',"userName":"{name}"')
    context = f',"sessionContext":{{"sessionIssuer":{issuer}}}'
    return _identity("AssumedRole", f"AROA{digits}:{session}", f"assumed-role/{name}/{session}", context, service="sts")


def _identity(kind: str, principal_id: str, resource: str, more: str = "", *, service: str = "iam") -> str:
    return (
        f'{{"type":"{kind}","principalId":"{principal_id}","arn":"arn:aws:{service}::{_ACCOUNT_ID}:{resource}",'
        f'"accountId":"{_ACCOUNT_ID}"{more}}}'
    )


def _digits(name: str) -> str:
    """The end of the ids of a person or role, made from the name, so that it is always the same."""
    return name.upper().ljust(16, "X")[:16]
