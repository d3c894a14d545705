"""The settings of a server: one table for flags, environment variables, Python keywords and the documentation.

Precedence is flag, environment, default. Every value is read from text by the same function, so that the error messages
are the same for all sources.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_origin

from livetail.core.clock import parse_duration
from livetail.core.unicode import well_formed
from livetail.environment import ANY_CREDENTIALS
from livetail.errors import LiveTailError

if TYPE_CHECKING:
    import argparse

ENVIRONMENT_PREFIX: Final = "LIVETAIL_"


class SettingsError(LiveTailError, ValueError):
    """A setting is wrong; `str()` is one sentence that names it."""

    exit_status = 2


@dataclass(frozen=True, slots=True)
class ClockSetting:
    """How time passes.

    Attributes:
        mode: `real`, `manual` or `scaled`.
        start: epoch milliseconds at which a manual clock starts; None is the real time.
        speed: seconds that pass in each real one.
    """

    mode: str = "real"
    start: int | None = None
    speed: float = 1.0

    def __str__(self) -> str:
        return f"{self.speed:g}x" if self.mode == "scaled" else self.mode


def _boolean(value: str) -> bool:
    known = {"1": True, "true": True, "0": False, "false": False}
    if value.lower() not in known:
        raise ValueError("is neither true (1) nor false (0)")
    return known[value.lower()]


def _whole(minimum: int, maximum: int | None = None) -> Callable[[str], int]:
    def read(value: str) -> int:
        try:
            number = int(value)
        except ValueError:
            raise ValueError("is not a whole number") from None
        if number < minimum:
            raise ValueError(f"is less than {minimum}")
        if maximum is not None and number > maximum:
            raise ValueError(f"is more than {maximum}")
        return number

    return read


def _matching(pattern: str, problem: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(problem)
        return value

    return read


def _one_of(*choices: str) -> Callable[[str], str]:
    return _matching("|".join(choices), f"is none of {', '.join(choices)}")


def _size(text: str) -> int:
    found = re.fullmatch(r"(\d{1,15}) ?([kKMGT]?)(i?)B?", text)
    if found is None or (found[3] and not found[2]):
        raise ValueError("is not a size such as '500000', '64MiB' or '2GiB'")
    base = 1024 if found[3] else 1000
    return int(found[1]) * base ** " KMGT".index(found[2].upper() or " ")  # type: ignore[no-any-return]


def _duration(value: str) -> int:
    try:
        milliseconds = parse_duration(value)
    except ValueError:
        raise ValueError("is not a duration such as 90s, 15m or 3h") from None
    if milliseconds < 1:
        raise ValueError("is shorter than a millisecond")
    return milliseconds


def _clock(value: str) -> ClockSetting:
    if value in ("real", "manual"):
        return ClockSetting(value)
    if value.startswith("manual@"):
        try:
            start = datetime.fromisoformat(value.removeprefix("manual@"))
        except ValueError:
            raise ValueError("has no instant such as 2026-01-01T00:00:00Z behind the @") from None
        instant = round(start.replace(tzinfo=start.tzinfo or UTC).timestamp() * 1000)
        if instant < 0:
            raise ValueError("starts before 1970")
        return ClockSetting("manual", instant)
    speed = re.fullmatch(r"(\d+(?:\.\d+)?)x", value)
    if speed and 0 < float(speed[1]) <= 100_000:
        return ClockSetting("scaled", None, float(speed[1]))
    raise ValueError("is none of real, manual, manual@2026-01-01T00:00:00Z, 60x")


def _credentials(value: str) -> tuple[str, str]:
    key_id, separator, secret = value.partition(":")
    if not (key_id and separator and secret):
        raise ValueError("is not of the form ID:SECRET")
    return key_id, secret


@dataclass(frozen=True, slots=True)
class Flag:
    """One row of the table.

    Attributes:
        field: the name of the setting, which is its Python keyword; flag and environment variable follow from it.
        read: converts text to the value; the error message is the flag, the text and the message of its ValueError.
        default: the default as text; empty for None, or for no values of a repeatable flag.
    """

    field: str
    read: Callable[[str], Any]
    metavar: str | None
    help: str
    default: str
    is_repeatable: bool

    @property
    def name(self) -> str:
        return f"--{self.field.replace('_', '-')}"

    @property
    def variable(self) -> str:
        return ENVIRONMENT_PREFIX + self.field.upper()

    @property
    def json_key(self) -> str:
        first, *others = self.field.split("_")
        return first + "".join(map(str.title, others))

    @property
    def default_shown(self) -> str:
        """The default as the documentation prints it."""
        return "off" if self.read is _boolean else self.default

    def texts(self, value: Any) -> list[str]:
        """A Python value as text; several for a repeatable flag. A number is a duration in seconds."""
        values = value if self.is_repeatable and isinstance(value, (list, tuple)) else [value]
        unit = "s" if self.read is _duration and isinstance(value, (int, float)) else ""
        return [f"{one}{unit}" for one in values]

    def resolve(self, given: Mapping[str, Any], environ: Mapping[str, str]) -> Any:
        """The value from the first place that gives one."""
        if self.field in given:
            source, texts = self.name, self.texts(given[self.field])
        elif text := environ.get(self.variable):
            source, texts = self.variable, text.split(",") if self.is_repeatable else [text]
        else:
            source, texts = self.name, [self.default] if self.default else []
        values = tuple(self._read(text, source) for text in texts)
        if self.is_repeatable:
            return values
        return values[0] if values else None

    def _read(self, text: str, source: str) -> Any:
        try:
            return self.read(text)
        except ValueError as error:
            raise SettingsError(f"{source} {text!r} {error}") from None

    def add_to(self, parser: "argparse._ActionsContainer") -> None:
        """Make this a flag of an argparse parser; the value stays text until `Settings.resolve`."""
        text = f"{self.help} [{self.default_shown}]" if self.default_shown else self.help
        if self.read is _boolean:
            parser.add_argument(self.name, dest=self.field, action="store_const", const="true", help=text)
        else:
            action = "append" if self.is_repeatable else "store"
            parser.add_argument(self.name, dest=self.field, action=action, metavar=self.metavar, help=text)


def _flag(read: Callable[[str], Any], metavar: str | None, help: str, default: str = "") -> Any:
    """A field of `Settings` with the columns of its `Flag`."""
    return field(metadata={"flag": (read, metavar, help, default)})


def _switch(help: str) -> Any:
    """A field whose flag has no value."""
    return _flag(_boolean, None, help, "false")


_REGION = _matching(r"[a-z]+(-[a-z]+)+-\d+", "is not a region such as us-east-1")
_ACCOUNT = _matching(r"\d{12}", "is not an account id of 12 digits")
_ORIGIN = _matching(r"null|[a-z][a-z0-9+.-]*://[^/?#\s]+", "is not an origin such as https://example.test:8080")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server is started with, each with its flag; flags of tuples are repeatable. Times are in milliseconds."""

    host: str = _flag(str, "ADDRESS", "address to listen on", "127.0.0.1")
    port: int = _flag(_whole(0, 65535), "N", "port to listen on; 0 takes a free one", "4586")
    port_file: Path | None = _flag(Path, "PATH", "write the port here once the server is ready")
    region: str = _flag(_REGION, "NAME", "region of requests that name none", "us-east-1")
    account_id: str = _flag(_ACCOUNT, "ID", "account of requests that name none", "123456789012")
    clock: ClockSetting = _flag(
        _clock,
        "CLOCK",
        "how time passes: real; manual (stands still until it is moved); manual@2026-01-01T00:00:00Z; "
        "60x (a minute passes each second)",
        "real",
    )
    seed: int | None = _flag(
        _whole(0), "N", "makes ids, samples, sources and faults repeat; without it a random one is printed"
    )
    session_timeout: int = _flag(_duration, "DURATION", "how long a session may last: 90s, 15m, 3h", "3h")
    max_sessions: int = _flag(_whole(0), "N", "concurrent sessions per account and region; 0 is no limit", "15")
    session_rate: int = _flag(
        _whole(0), "N", "StartLiveTail calls per second per account and region (AWS: 5); 0 is no limit", "0"
    )
    retain_events: int = _flag(
        _whole(1), "N", "newest events kept per log group for GetLogEvents and FilterLogEvents", "100000"
    )
    retain_bytes: int = _flag(
        _size,
        "SIZE",
        "memory of the events kept in all log groups together, the oldest are removed first: 64MiB, 2GiB",
        "256MiB",
    )
    scenario: tuple[Path, ...] = _flag(
        Path, "PATH|NAME", "scenario to play: a file, a folder of files, or the name of a bundled one"
    )
    replay: tuple[Path, ...] = _flag(
        Path, "FILE", "log events to replay: a recording, JSON lines, or the output of aws logs filter-log-events"
    )
    verify_signatures: bool = _switch("check SigV4 signatures against --credentials")
    credentials: tuple[tuple[str, str], ...] = _flag(_credentials, "ID:SECRET", "a key that may sign")
    allowed_host: tuple[str, ...] = _flag(str, "NAME", "another Host that may use the control plane")
    allowed_origin: tuple[str, ...] = _flag(
        _ORIGIN, "ORIGIN", "another origin whose pages may call the AWS API, besides those on localhost"
    )
    tls: bool = _switch("serve HTTPS; without a certificate, with a temporary CA")
    certfile: Path | None = _flag(Path, "PATH", "certificate chain for HTTPS (PEM)")
    keyfile: Path | None = _flag(Path, "PATH", "private key for HTTPS (PEM)")
    tls_dir: Path | None = _flag(Path, "DIR", "serve HTTPS with a CA and certificate that are kept here across starts")
    no_http2: bool = _switch("serve HTTP/1.1 only, as the service itself")
    loop: str = _flag(_one_of("asyncio", "uvloop"), "NAME", "event loop: asyncio or uvloop", "asyncio")
    log_level: str = _flag(
        _one_of("debug", "info", "warning", "error"), "LEVEL", "debug, info, warning or error", "info"
    )
    log_format: str = _flag(_one_of("text", "json"), "FORMAT", "text or json", "text")

    @classmethod
    def resolve(cls, given: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> "Settings":
        """Settings from `given` (flags or Python keywords, by their names in snake_case), then `environ`, then the
        defaults.

        Raises:
            SettingsError: a name is unknown or a value is wrong.
        """
        given = {name: value for name, value in (given or {}).items() if value is not None}
        unknown = given.keys() - {flag.field for flag in FLAGS}
        if unknown:
            known = ", ".join(flag.field for flag in FLAGS)
            raise SettingsError(f"there is no setting {sorted(unknown)[0]!r}; there are {known}")
        environ = {name: value for name, value in (environ or {}).items() if not _is_service_link(name, value)}
        settings = cls(**{flag.field: flag.resolve(given, environ) for flag in FLAGS})
        if (settings.certfile is None) != (settings.keyfile is None):
            raise SettingsError("--certfile and --keyfile go together")
        if settings.verify_signatures and not settings.credentials:
            raise SettingsError("--verify-signatures needs at least one --credentials ID:SECRET")
        return settings

    @property
    def serves_tls(self) -> bool:
        return self.tls or self.certfile is not None or self.tls_dir is not None

    @property
    def client_credentials(self) -> tuple[str, str]:
        """The access key id and the secret that a client can use."""
        return self.credentials[0] if self.verify_signatures else ANY_CREDENTIALS

    def as_json(self) -> dict[str, Any]:
        """The settings that clients may have to know, by their keys in `GET /_livetail/settings`."""
        shown = {flag.json_key: _as_json(getattr(self, flag.field)) for flag in FLAGS if flag.field not in _NOT_SHOWN}
        return shown | {"tls": self.serves_tls}


def _flag_of(column: Field[Any]) -> Flag:
    read, metavar, help, default = column.metadata["flag"]
    is_repeatable = get_origin(column.type) is tuple
    return Flag(column.name, read, metavar, f"{help}; repeatable" if is_repeatable else help, default, is_repeatable)


FLAGS: Final = tuple(map(_flag_of, fields(Settings)))
"""The flags of all settings."""

_NOT_SHOWN: Final = {
    *("host", "port", "port_file", "loop", "log_level", "log_format"),
    *("credentials", "certfile", "keyfile", "tls_dir"),
}
"""What only concerns the server's own machine, and secrets."""


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_as_json(one) for one in value]
    if isinstance(value, Path):
        value = value.name  # folders differ in a container
    return value if value is None or isinstance(value, int) else well_formed(str(value))


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """A sentence for each variable that has the prefix of the settings but is not one, usually a typing error."""
    known = {flag.variable for flag in FLAGS} | _OTHER_VARIABLES
    sentences = []
    for name, value in sorted(environ.items()):
        if name.startswith(ENVIRONMENT_PREFIX) and name not in known and not _is_service_link(name, value):
            meant = get_close_matches(name, known, 1, 0.8)
            hint = f"; did you mean {meant[0]}?" if meant else ""
            sentences.append(f"{name} in the environment is not a setting and has no effect{hint}")
    return sentences


_OTHER_VARIABLES: Final = frozenset({"LIVETAIL_URL", "LIVETAIL_ENDPOINT"})
"""Read by the pytest plugin, and by the commands that talk to a running emulator."""

_SERVICE_LINK = re.compile(r"LIVETAIL_(SERVICE_(HOST|PORT)(_.*)?|PORT_[0-9]+_.*)=.*|LIVETAIL_PORT=[a-z]+://.*")


def _is_service_link(name: str, value: str) -> bool:
    """Whether a variable is one that Kubernetes and Docker's links make for a service with the name `livetail`."""
    return _SERVICE_LINK.fullmatch(f"{name}={value}") is not None
