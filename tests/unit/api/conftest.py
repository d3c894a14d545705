import pytest

from tests.unit.api.client import Client


@pytest.fixture
def client() -> Client:
    return Client()
