"""The methods of Hypercorn that our subclasses replace or rely on are the ones that they were written against."""

import ast
import hashlib
import inspect
import textwrap
from importlib.metadata import version
from typing import Any

import pytest
from hypercorn.asyncio.task_group import TaskGroup
from hypercorn.protocol.h2 import H2Protocol
from hypercorn.protocol.h11 import H11Protocol
from hypercorn.protocol.http_stream import HTTPStream

EXPECTED: dict[Any, str] = {
    # replaced by our subclasses
    H11Protocol._check_protocol: "6ed7ef205fc1",
    H11Protocol._create_stream: "ccf88c116037",
    H11Protocol._send_h11_event: "81839dd167e2",
    H2Protocol.handle: "bb659a19ec96",
    H2Protocol.stream_send: "36b5a27b9ee6",
    H2Protocol.send_task: "caf8c4c04f7c",
    H2Protocol._send_data: "f3dba2d49757",
    H2Protocol._handle_events: "4ae5fa19110d",
    H2Protocol._create_stream: "ba809e0c3226",
    HTTPStream._send_closed: "bca72ef15f66",
    HTTPStream._send_error_response: "4da05e02d694",
    # called by our subclasses
    H11Protocol.__init__: "d14fe30a4ebb",
    H11Protocol.handle: "78d40c4dea92",
    H11Protocol.stream_send: "137d5d8962db",
    H11Protocol._handle_events: "24bb0642fd8e",
    H11Protocol._maybe_recycle: "d3d64e6e0f93",
    H11Protocol._close_stream: "19215220ba75",
    H11Protocol._send_error_response: "2f4feac0614f",
    H2Protocol.__init__: "faf1cd75d309",
    H2Protocol.initiate: "32aaeb7e0807",
    H2Protocol._flush: "e122d0ef130c",
    H2Protocol._close_stream: "7e230876d728",
    HTTPStream.__init__: "c683b357b5e3",
    HTTPStream.handle: "266b988e5b9d",
    HTTPStream.app_send: "0d1c1b529f88",
    TaskGroup.spawn_app: "0a238aab0188",
    TaskGroup.spawn: "8347fc343f05",
}


def digest(method: Any) -> str:
    """A digest of what a method does; comments and layout do not count."""
    return hashlib.sha256(ast.dump(ast.parse(textwrap.dedent(inspect.getsource(method)))).encode()).hexdigest()[:12]


@pytest.mark.parametrize("method", EXPECTED, ids=lambda method: method.__qualname__)
def test_method_is_as_we_know_it(method: Any) -> None:
    """When this fails, a release has changed the method: compare it with what our subclass does, then renew the digest.

    Methods that we replace may have been mended; methods that we call may want something else from us.
    """
    assert digest(method) == EXPECTED[method], f"hypercorn {version('hypercorn')} has another {method.__qualname__}"
