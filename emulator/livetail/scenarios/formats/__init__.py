"""The formats that a source can have."""

from collections.abc import Mapping
from typing import Final

from livetail.scenarios.formats.aws_lambda import LambdaFormat
from livetail.scenarios.formats.base import Format
from livetail.scenarios.formats.cloudtrail import CloudTrailFormat
from livetail.scenarios.formats.java import JavaFormat
from livetail.scenarios.formats.nasty import NastyFormat
from livetail.scenarios.formats.text import TextFormat
from livetail.scenarios.formats.vpc_flow import VpcFlowFormat
from livetail.scenarios.formats.web_requests import ApacheFormat, JsonFormat, NginxFormat

FORMATS: Final[Mapping[str, type[Format]]] = {
    "text": TextFormat,
    "json": JsonFormat,
    "apache": ApacheFormat,
    "nginx": NginxFormat,
    "lambda": LambdaFormat,
    "java": JavaFormat,
    "vpc-flow": VpcFlowFormat,
    "cloudtrail": CloudTrailFormat,
    "nasty": NastyFormat,
}
