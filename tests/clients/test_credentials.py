"""`--verify-signatures` against boto3: the example of `docs/credentials.md`, and a Live Tail session of its own."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from livetail import LiveTailEmulator, faults

PAGE = (Path(__file__).parents[2] / "docs" / "credentials.md").read_text(encoding="utf-8")


def test_the_example_of_the_page() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(example, "credentials.md", "exec"), {})


def test_a_signed_session_with_a_token() -> None:
    with LiveTailEmulator(verify_signatures=True, credentials=["AKID:secret"], clock="manual", seed=7) as emulator:
        emulator.put("/app/api", "web-1", ["before"])
        logs = emulator.client(aws_access_key_id="AKID", aws_secret_access_key="secret", aws_session_token="any/token")
        response = logs.start_live_tail(logGroupIdentifiers=[emulator.log_group_arn("/app/api")])
        assert "sessionStart" in next(iter(response["responseStream"]))
        response["responseStream"].close()

        # The signature is checked when the request arrives, however long a fault rule delays it then.
        emulator.add_fault(faults.delay(301, operation="DescribeLogGroups"))
        with ThreadPoolExecutor(1) as pool:
            delayed = pool.submit(logs.describe_log_groups)
            emulator.wait_for_requests("DescribeLogGroups", 1)
            emulator.advance(301)
            assert len(delayed.result()["logGroups"]) == 1
        with pytest.raises(ClientError, match=r"Signature expired: .* - 5 min\.\)"):
            logs.describe_log_groups()
