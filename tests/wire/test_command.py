"""`livetail serve` as a process: what it prints when it is ready."""

import signal
from pathlib import Path

from tests.wire.commands import serving
from tests.wire.http1 import Http1
from tests.wire.sockets import TIMEOUT, address_of


def test_ready(tmp_path: Path) -> None:
    with serving(tmp_path, "--seed", "7") as command:
        host, port = address_of(command.handle)
        assert command.port_file.read_text() == f"{port}\n"
        assert list(tmp_path.iterdir()) == [command.port_file]
        assert command.announced[0] == f"Ready. http://{host}:{port}\n"
        assert f"export AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=http://{host}:{port}\n" in command.announced
        with Http1(command.handle) as client:
            assert client.ask().json["status"] == "ok"
        command.signal(signal.SIGTERM)
        assert command.wait(TIMEOUT) == 0
        assert command.log == ""
