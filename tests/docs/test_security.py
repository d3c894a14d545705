"""docs/SECURITY.md says that nothing is sent anywhere: a server with sessions makes no connection."""

import json
import subprocess
import sys

PROGRAM = """
import json, sys
seen = []
sys.addaudithook(lambda event, details: seen.append(event + repr(details[1:])) if event == "socket.connect" else None)
from livetail.server.server import Server
from livetail.server.runner import ServerThread
from livetail.settings import Settings
server = Server(Settings.resolve({"port": 0, "scenario": "demo", "tls": "true"}))
thread = ServerThread(server)
thread.start()
thread.stop()
print(json.dumps(seen))
"""


def test_a_server_makes_no_connection() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(run.stdout) == []
