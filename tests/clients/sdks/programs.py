"""The program of each SDK: how it is built, how it is started, and how it is talked to."""

import hashlib
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

CLIENTS: Final = Path(__file__).parents[1]
CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "livetail-clients"
"""Where built programs stay, by what they were built from, so that a second run builds nothing."""

ANSWER_TIMEOUT_S: Final = 60
"""Real seconds after which a program that does not answer fails its test instead of hanging it."""


@dataclass(frozen=True, slots=True)
class Sdk:
    """One SDK.

    Attributes:
        name: as the matrix prints it.
        tools: the commands of its toolchain; without them the SDK is not run, and the matrix says so.
        sources: its folder below `tests/clients`.
        build: makes the program in the folder it is given, a copy of the sources.
        command: starts the program that stands in that folder.
        shared: files of other folders below `tests/clients` that belong to its sources.
        prints_messages_only: it says nothing of sessionStart, of empty updates and of whether an update is a sample.
        is_proxied: it is untouched and finds the emulator as the `HTTP_PROXY` of a host that nobody knows.
        why_not_tls: the reason why it is run over plain HTTP only, if there is one.
    """

    name: str
    tools: tuple[str, ...]
    sources: str
    build: Callable[[Path], None]
    command: Callable[[Path], Sequence[str | Path]]
    shared: tuple[str, ...] = ()
    prints_messages_only: bool = False
    is_proxied: bool = False
    why_not_tls: str = ""

    @property
    def missing(self) -> list[str]:
        return [tool for tool in self.tools if shutil.which(tool) is None]

    def built(self) -> Path:
        """The folder of the built program; built now if it was not yet."""
        shared = [CLIENTS / path for path in self.shared]
        folder = CACHE / f"{self.sources}-{_digest(CLIENTS / self.sources, shared)}"
        if not (folder / "built").exists():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(CLIENTS / self.sources, folder)
            for path in shared:
                shutil.copy(path, folder)
            self.build(folder)
            (folder / "built").touch()
        return folder


def _digest(folder: Path, shared: Sequence[Path]) -> str:
    digest = hashlib.sha256(sys.version.encode())
    own = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    for path in (*own, *shared):
        digest.update(str(path.relative_to(CLIENTS)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


class Program:
    """A program at work: commands go in, answers come out."""

    def __init__(self, sdk: Sdk, endpoint: str, variables: Mapping[str, str]) -> None:
        self.prints_messages_only = sdk.prints_messages_only
        if sdk.is_proxied:
            variables = {**variables, "HTTP_PROXY": endpoint, "http_proxy": endpoint, "no_proxy": "", "NO_PROXY": ""}
            endpoint = "http://logs.example"
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LIVETAIL_"))}
        self._process = subprocess.Popen(
            [*map(str, sdk.command(sdk.built())), endpoint],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=clean | {"AWS_EC2_METADATA_DISABLED": "true"} | dict(variables),
        )
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def tell(self, call: str, **parameters: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"call": call, **parameters}) + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """The next line that it wrote.

        Raises:
            AssertionError: it wrote none, or has ended.
        """
        answer = self.answer_within(ANSWER_TIMEOUT_S)
        assert answer is not None, "the program does not answer"
        return answer

    def answer_within(self, seconds: float) -> dict[str, Any] | None:
        """The next line that it wrote; None if it wrote none within so many real seconds."""
        try:
            line = self._answers.get(timeout=seconds)
        except queue.Empty:
            return None
        assert line, f"the program has ended with status {self._process.wait()}"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def ask(self, call: str, **parameters: Any) -> dict[str, Any]:
        self.tell(call, **parameters)
        return self.answer()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put("")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._process.stdout.close()


def _run(folder: Path, *command: str) -> None:
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{' '.join(command)}: {run.stdout}{run.stderr}"


def _nothing_to_build(_: Path) -> None:
    """The program is a script, and its SDK is one of this project's own development dependencies."""


def _venv(folder: Path) -> None:
    _run(folder, sys.executable, "-m", "venv", "venv")
    _run(folder, "venv/bin/pip", "install", "-q", "--disable-pip-version-check", "-r", "requirements.txt")


def _npm(folder: Path) -> None:
    _run(folder, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")


def _maven(folder: Path) -> None:
    _run(folder, "mvn", "-q", "-B", "package")


def _java(main: str, *arguments: str) -> Callable[[Path], Sequence[str | Path]]:
    def command(folder: Path) -> Sequence[str | Path]:
        classes = f"{folder / 'target' / 'classes'}{os.pathsep}{folder / 'target' / 'dependency'}/*"
        return ["java", "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-cp", classes, main, *arguments]

    return command


SDKS: Final = (
    Sdk(
        "boto3",
        (),
        "python",
        _nothing_to_build,
        lambda folder: [sys.executable, folder / "client_boto3.py"],
    ),
    Sdk(
        "boto3 1.33.13",
        (),
        "boto3-1.33.13",
        _venv,
        lambda folder: [folder / "venv" / "bin" / "python", folder / "client_boto3.py"],
        shared=("python/client_boto3.py",),
        is_proxied=True,
        why_not_tls="it has no variable for the host prefix, and a proxy for HTTPS would need CONNECT",
    ),
    Sdk(
        "aiobotocore",
        (),
        "python",
        _nothing_to_build,
        lambda folder: [sys.executable, folder / "client_aiobotocore.py"],
    ),
    Sdk(
        "aws-cli",
        (),
        "aws-cli",
        _nothing_to_build,
        lambda folder: [sys.executable, folder / "client.py"],
        prints_messages_only=True,
    ),
    Sdk(
        "javascript",
        ("node", "npm"),
        "javascript",
        _npm,
        lambda folder: ["node", folder / "client.mjs"],
    ),
    Sdk(
        "javascript 3.474.0",
        ("node", "npm"),
        "javascript-3.474.0",
        _npm,
        lambda folder: ["node", folder / "client.mjs"],
        shared=("javascript/client.mjs",),
    ),
    Sdk(
        "go",
        ("go",),
        "go",
        lambda folder: _run(folder, "go", "build", "-o", "client", "."),
        lambda folder: [folder / "client"],
    ),
    Sdk(
        "rust",
        ("cargo",),
        "rust",
        lambda folder: _run(folder, "cargo", "build", "--quiet"),
        lambda folder: [folder / "target" / "debug" / "livetail-client"],
    ),
    Sdk("java-netty", ("java", "mvn"), "java", _maven, _java("Client", "netty")),
    Sdk("java-crt", ("java", "mvn"), "java", _maven, _java("Client", "crt")),
    Sdk("kotlin", ("java", "mvn"), "kotlin", _maven, _java("ClientKt")),
)
