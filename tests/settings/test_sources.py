"""`SYNCD_SOURCES`: what an entry may say, in JSON and in TOML."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.settings.test_load import loaded, problems

ENTRY = {"kind": "horoshop", "url": "https://shop.example.com", "login": "api", "password": "canary-pw"}


def in_json(**fields: Any) -> str:
    return json.dumps([ENTRY | fields])


def in_toml(**fields: Any) -> str:
    told = "\n".join(f"{name} = {json.dumps(value)}" for name, value in ENTRY.items())
    return f"[[sources]]\n{told}\n" + "\n".join(f"{name} = {value}" for name, value in fields.items())


@pytest.mark.parametrize("text", [in_json(since="2026-01-31"), in_toml(since="2026-01-31")])
def test_a_start_is_a_date_in_both_spellings(text: str) -> None:
    """TOML has dates of its own, JSON writes them as text."""
    (source,) = loaded(SOURCES=text).sources
    assert source.since == datetime(2026, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize("text", [in_json(since=2026), in_toml(since=2026), in_json(since=2026.5)])
def test_a_start_that_is_a_bare_number_is_told(text: str) -> None:
    """Read as seconds since 1970, a year would take every order that the shop ever had."""
    (told,) = problems(SOURCES=text)
    assert told.startswith("SYNCD_SOURCES ")
    assert "is not a date or time" in told
    assert "canary" not in told


@pytest.mark.parametrize("text", [in_json(zones="Europe/Kyiv"), in_toml(statuses='{ "9" = "procesed" }')])
def test_a_typing_mistake_in_an_entry_is_told(text: str) -> None:
    """A field or a meaning that does not exist would else be a setting that silently does nothing."""
    (told,) = problems(SOURCES=text)
    assert "zones" in told or "statuses" in told
