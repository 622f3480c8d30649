"""The route keeps to its description, whatever is made of that: right calls, wrong ones, other methods."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from anyio.from_thread import start_blocking_portal
from hypothesis import HealthCheck, settings
from schemathesis.checks import negative_data_rejection

from .conftest import SECRET, Hub, listening
from .test_fuzz import rows

TEXT = {"text/plain": {"schema": {"type": "string", "maxLength": 30}}}
ANSWERS = {
    status: {"description": meaning, "content": TEXT}
    for status, meaning in {
        "200": "kept; the same call again is kept once",
        "400": "makes no sense",
        "404": "not an address that may be called",
        "405": "not a method of a hook",
        "413": "more than a megabyte",
    }.items()
}
ORDER = {
    "type": "object",
    "properties": {"order_id": {"type": "string", "pattern": "^[0-9]{1,20}$"}},
    "required": ["order_id"],
}


def parameter(name: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", **schema}}


def operation(body: dict[str, Any] | None) -> dict[str, Any]:
    described: dict[str, Any] = {"responses": ANSWERS}
    if body is not None:
        kinds = ("application/json", "application/x-www-form-urlencoded")
        described["requestBody"] = {"required": True, "content": {kind: {"schema": body} for kind in kinds}}
    return described


DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "hooks", "version": "1"},
    "paths": {
        "/hooks/{source}/{secret}/{event}": {
            "parameters": [
                parameter("source", enum=["horoshop"]),
                parameter("secret", enum=[SECRET]),
                parameter("event", pattern="^[a-z_]{1,64}$"),
            ],
            "put": operation(ORDER),
            "post": operation(ORDER),
            "delete": operation(None),
        }
    },
}


schema = schemathesis.openapi.from_dict(DESCRIPTION)


@pytest.fixture
def url(hub: Hub) -> Iterator[str]:
    """The address of the hub, which is listened to in a loop of another thread."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(listening(hub)):
        yield hub.url


@schema.parametrize()
@settings(suppress_health_check=list(HealthCheck), max_examples=40, deadline=None)
def test_the_route_keeps_to_its_description(case: schemathesis.Case[Any], hub: Hub, url: str) -> None:
    """Status, headers and kind of each answer are described ones; what is right is taken, and only that is kept."""
    answer = case.call(base_url=url)
    assert rows(hub.db) == (answer.status_code == 200)
    # What a body has to look like is for its source to say, which may be generous.
    case.validate_response(answer, excluded_checks=[negative_data_rejection])
