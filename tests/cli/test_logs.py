"""The process's log: one line per event on stderr, JSON or short text, secrets masked."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from syncd import logs
from syncd.settings import Settings, load_settings
from tests.cli.conftest import Cli

TOKEN = "canary-token-0123456789"
KEY = "CANARYKEY0123456789"


@pytest.fixture(autouse=True)
def _put_back(bare: Cli) -> Iterator[None]:
    yield


def _settings(**log: Any) -> Settings:
    return load_settings(
        {},
        cscart={"url": "https://shop.example.test", "email": "boss@example.test", "api_key": KEY},
        webasyst={"url": "https://office.example.test", "token": TOKEN},
        log=log,
    )


def _said(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def test_json_is_one_object_per_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A line is a JSON object with time, level and event first, then the fields as they were given."""
    logs.configure(_settings(format="json"))

    structlog.get_logger("syncd").info("order.created", order="Ж5", webasyst=7)

    line = json.loads(_said(capsys))
    assert list(line) == ["timestamp", "level", "event", "order", "webasyst"]
    assert (line["level"], line["order"], line["webasyst"]) == ("info", "Ж5", 7)
    assert line["timestamp"].endswith("Z")


def test_short_text_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """A line for people is the time, the event and its fields; the level is told from a warning on."""
    logs.configure(_settings(format="console"))
    log = structlog.get_logger("syncd")

    log.info("order.created", order=5, total="9.00", parts=["lines", "shipping"])
    log.warning("order.set_aside", reason="two words\nand a line")

    first, second = _said(capsys).splitlines()
    assert first[8:] == " order.created   order=5 total=9.00 parts=lines,shipping"
    assert second[8:] == ' WARNING order.set_aside reason="two words / and a line"'


def test_the_level_counts(capsys: pytest.CaptureFixture[str]) -> None:
    """What is less important than the setting's level is not written."""
    logs.configure(_settings(format="console", level="warning"))
    log = structlog.get_logger("syncd")

    log.info("quiet")
    log.error("loud")

    assert [line.split()[2] for line in _said(capsys).splitlines()] == ["loud"]


@pytest.mark.parametrize(("setting", "heard"), [({}, False), ({"level": "info"}, True)])
def test_a_command_may_be_quieter_unless_the_settings_say(
    capsys: pytest.CaptureFixture[str], setting: dict[str, str], heard: bool
) -> None:
    """A run by hand tells its summary and only warnings, unless somebody set the level."""
    logs.configure(_settings(format="console", **setting), level="warning")

    structlog.get_logger("syncd").info("order.created")

    assert ("order.created" in _said(capsys)) is heard


@pytest.mark.parametrize("form", ["json", "console"])
def test_secrets_never_appear(capsys: pytest.CaptureFixture[str], form: str) -> None:
    """Tokens and keys are masked in every field, list, map, traceback, and in what other libraries say."""
    logs.configure(_settings(format=form))
    log = structlog.get_logger("syncd")

    log.info("one", url=f"https://office.example.test/api.php?access_token={TOKEN}", token=TOKEN)
    log.info(f"two {TOKEN}", parts=[KEY, {"deep": TOKEN}], password="hunter22")
    logging.getLogger("other").warning("three %s", TOKEN)
    try:
        raise ValueError(f"four {KEY}")
    except ValueError:
        log.exception("four")

    said = _said(capsys)
    for word in ("one", "two", "three", "four", "ValueError"):
        assert word in said
    for secret in (TOKEN, KEY, "hunter22"):
        assert secret not in said


@pytest.mark.parametrize(("masked", "seen"), [(True, False), (False, True)])
def test_personal_data_as_the_settings_say(
    capsys: pytest.CaptureFixture[str], masked: bool, seen: bool
) -> None:
    """E-mails are masked by default and shown when the settings allow it."""
    logs.configure(_settings(format="json", mask_personal=masked))

    structlog.get_logger("syncd").warning("order.set_aside", reason="no contact anna@example.test")

    assert ("anna@example.test" in _said(capsys)) is seen


def test_other_libraries_and_warnings_come_out_alike(capsys: pytest.CaptureFixture[str]) -> None:
    """The standard library's log and warnings have the same form; httpx's lines with addresses stay out."""
    logs.configure(_settings(format="json"))

    logging.getLogger("some.library").warning("odd %s", "thing")
    logging.getLogger("httpx").info("HTTP Request: GET https://office.example.test/?access_token=x")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("old thing", DeprecationWarning, stacklevel=1)

    lines = [json.loads(line) for line in _said(capsys).splitlines()]
    assert lines[0]["event"] == "odd thing"
    assert "old thing" in lines[1]["event"]
    assert len(lines) == 2


def test_configuring_twice_does_not_double_the_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """New settings replace the earlier ones."""
    logs.configure(_settings(format="json"))
    logs.configure(_settings(format="console"))

    structlog.get_logger("syncd").info("once")

    assert len(_said(capsys).splitlines()) == 1


def test_a_terminal_gets_short_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the settings say nothing, a terminal gets text and everything else JSON; a setting always wins."""
    for terminal in (True, False):
        monkeypatch.setattr("sys.stderr.isatty", lambda terminal=terminal: terminal)
        assert logs.for_people(_settings()) is terminal
        assert logs.for_people(_settings(format="console"))
        assert not logs.for_people(_settings(format="json"))


def test_colours_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The level is coloured on a terminal, unless NO_COLOR is set."""
    event = {"timestamp": "2026-01-01T10:00:00Z", "level": "error", "event": "x"}
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert "\x1b[31mERROR" in logs.one_line(None, "", dict(event))

    monkeypatch.setenv("NO_COLOR", "1")
    assert logs.one_line(None, "", dict(event)) == "10:00:00 ERROR x"
