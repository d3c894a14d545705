"""GetCallerIdentity of AWS STS, which many programs ask first, to build the ARNs that StartLiveTail takes.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""

from typing import Final

import msgspec.json

from livetail.core.arns import partition_of
from livetail.wire.awsjson import AwsResponse, Headers
from livetail.wire.other_services import STS_VERSION

GET_CALLER_IDENTITY: Final = "GetCallerIdentity"

_NAMESPACE: Final = f"https://sts.amazonaws.com/doc/{STS_VERSION}/"


def caller_identity(account_id: str, region: str, headers: Headers, request_id: str) -> AwsResponse:
    """The account as its root user, whose user id is the account's; in JSON where `Accept` asks for it, as STS does."""
    arn = f"arn:{partition_of(region)}:iam::{account_id}:root"
    if "application/json" in headers.get("accept", ""):
        result = {"Account": account_id, "Arn": arn, "UserId": account_id}
        response = {"GetCallerIdentityResult": result, "ResponseMetadata": {"RequestId": request_id}}
        return AwsResponse(200, "application/json", msgspec.json.encode({"GetCallerIdentityResponse": response}))
    document = (
        f'<GetCallerIdentityResponse xmlns="{_NAMESPACE}">\n'
        "  <GetCallerIdentityResult>\n"
        f"    <Arn>{arn}</Arn>\n"
        f"    <UserId>{account_id}</UserId>\n"
        f"    <Account>{account_id}</Account>\n"
        "  </GetCallerIdentityResult>\n"
        "  <ResponseMetadata>\n"
        f"    <RequestId>{request_id}</RequestId>\n"
        "  </ResponseMetadata>\n"
        "</GetCallerIdentityResponse>\n"
    )
    return AwsResponse(200, "text/xml", document.encode())
