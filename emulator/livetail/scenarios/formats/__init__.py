"""The formats that a source can have, one file each."""

from typing import TYPE_CHECKING, Protocol

from livetail.scenarios.formats.access_log import ApacheFormat, NginxFormat
from livetail.scenarios.formats.application_json import JsonFormat
from livetail.scenarios.formats.aws_lambda import LambdaFormat
from livetail.scenarios.formats.cloudtrail import CloudTrailFormat
from livetail.scenarios.formats.java import JavaFormat
from livetail.scenarios.formats.nasty import NastyFormat
from livetail.scenarios.formats.text import TextFormat
from livetail.scenarios.formats.vpc_flow import VpcFlowFormat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from livetail.core.chance import Chance, Random
    from livetail.scenarios.formats.base import Format

__all__ = ["FORMATS", "FormatFactory"]


class FormatFactory(Protocol):
    """How a format is made.

    It gets its source's random stream, the names of the log streams that it fills, and the chance that all sources of
    the scenario share.
    """

    def __call__(self, random: "Random", stream_names: "Sequence[str]", chance: "Chance") -> "Format": ...

    def default_streams(self, random: "Random", instant: int) -> tuple[str, ...]:
        """The streams of a source that names none and whose log group declares none."""
        ...


FORMATS: "Mapping[str, FormatFactory]" = {
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
