"""Who may use the control plane: the rule as a table."""

import pytest

from livetail.server.origins import refusal

ALLOWED = ("logs.test.example",)

PASSES = [
    None,
    "127.0.0.1",
    "127.0.0.1:4586",
    "127.9.9.9:1",
    "0.0.0.0:4586",
    "10.1.2.3",
    "192.168.0.7:80",
    "8.8.8.8",
    "[::1]",
    "[::1]:4586",
    "[2001:DB8::1]:4586",
    "[::ffff:127.0.0.1]:4586",
    "[fe80::1%eth0]:4586",
    "localhost",
    "localhost:4586",
    "LOCALHOST:4586",
    "LocalHost.",
    "localhost.:4586",
    "stream-logs.localhost:4586",
    "a.b.c.LOCALHOST.",
    "livetail",
    "livetail:4586",
    "Stream-Livetail:4586",
    "stream-127-0-0-1",
    "my_container",
    "host.docker.internal",
    "HOST.docker.Internal:4586",
    "host.docker.internal.:4586",
    "logs.test.example",
    "LOGS.Test.Example.:4586",
]

REFUSED = [
    "",
    ":4586",
    ".",
    "evil.example",
    "evil.example:4586",
    "EVIL.EXAMPLE.",
    "127.0.0.1.nip.io",
    "127.0.0.1.nip.io:4586",
    "localhost.evil.example",
    "localhost.evil",
    "evil-localhost.example",
    "xlocalhost.example",
    "docker.internal",
    "evil.host.docker.internal",
    "host.docker.internal.evil.example",
    "test.example",
    "x.logs.test.example",
    "127.1",
    "127.0.0",
    "0x7f.0.0.1",
    "127.0.0.1x",
    "127.0.0.256",
    "[evil.example]",
    "[evil.example]:4586",
    "[::1",
    "[::1]evil.example",
    "[]",
    "::1",
    "localhost:evil.example",
    "evil.example#localhost",
    "evil.example/localhost",
    "evil.example:80@localhost",
    "evil.example@localhost",
    "localhost, evil.example",
    "local host",
    "evil.example\u3002localhost",
]


@pytest.mark.parametrize("host", PASSES)
def test_host_that_passes(host: str | None) -> None:
    assert refusal(host, None, "http", ALLOWED) is None


@pytest.mark.parametrize("host", REFUSED)
def test_host_that_public_dns_may_have_pointed_here(host: str) -> None:
    sentence = refusal(host, None, "http", ALLOWED)
    assert sentence is not None and repr(host) in sentence


def test_allowed_host_may_be_written_in_any_way() -> None:
    for written in ("Logs.Test.Example", "logs.test.example.", "logs.test.example"):
        assert refusal("logs.test.example:4586", None, "http", (written,)) is None


OWN_ORIGINS = [
    ("127.0.0.1:4586", "http://127.0.0.1:4586", "http"),
    ("localhost:4586", "http://localhost:4586", "http"),
    ("LocalHost:4586", "http://localhost:4586", "http"),
    ("[::1]:4586", "http://[::1]:4586", "http"),
    ("localhost", "https://localhost", "https"),
    ("logs.test.example", "https://logs.test.example", "https"),
]

OTHER_ORIGINS = [
    ("localhost:4586", "null", "http"),
    ("localhost:4586", "", "http"),
    ("localhost:4586", "http://localhost", "http"),
    ("localhost:4586", "http://localhost:4587", "http"),
    ("localhost:4586", "https://localhost:4586", "http"),
    ("localhost:4586", "http://localhost:4586", "https"),
    ("localhost:4586", "http://127.0.0.1:4586", "http"),
    ("localhost:4586", "http://localhost:4586.evil.example", "http"),
    ("localhost:4586", "http://evil.example", "http"),
    ("localhost:4586", "http://localhost:4586/", "http"),
    ("localhost:4586", "chrome-extension://abcdef", "http"),
    ("localhost:4586", "file://", "http"),
    (None, "http://localhost:4586", "http"),
    (None, "http://", "http"),
]


@pytest.mark.parametrize(("host", "origin", "scheme"), OWN_ORIGINS)
def test_page_of_this_server(host: str, origin: str, scheme: str) -> None:
    assert refusal(host, origin, scheme, ALLOWED) is None


@pytest.mark.parametrize(("host", "origin", "scheme"), OTHER_ORIGINS)
def test_page_of_another_server(host: str | None, origin: str, scheme: str) -> None:
    sentence = refusal(host, origin, scheme, ALLOWED)
    assert sentence is not None and repr(origin) in sentence
