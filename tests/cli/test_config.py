"""`syncd config`: every problem with its place, every value with where it comes from, and the schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from syncd.settings import Settings
from syncd.settings.variables import collect, names
from tests.cli.conftest import Cli
from tests.settings.test_load import NEEDED

HOROSHOP = '{"kind":"horoshop","url":"https://h.example.com","login":"me","password":"canary-password-815"}'


def problems(bare: Cli, **env: str) -> list[dict[str, Any]]:
    result = bare("config", "check", "--json", **env)
    told = json.loads(result.stdout)
    assert (told["version"], told["ok"], result.exit_code) == (
        1,
        not told["problems"],
        10 if told["problems"] else 0,
    )
    found: list[dict[str, Any]] = told["problems"]
    return found


def test_right_settings_are_0(bare: Cli) -> None:
    """Nothing is asked of the shops, which are not even there."""
    result = bare("config", "check", **NEEDED)

    assert (result.exit_code, result.stderr) == (0, "")
    assert "5 are set" in result.stdout
    assert problems(bare, **NEEDED) == []


def test_every_problem_is_told_at_once_with_its_place(bare: Cli, tmp_path: Path) -> None:
    """A typing error in a file, a wrong value in a secret, and one in the environment."""
    file, secrets = tmp_path / "syncd.env", tmp_path / "secrets"
    file.write_text("SYNCD_ORDERS__UPDATE_TIM=5\n")
    secrets.mkdir()
    (secrets / "SYNCD_PRODUCTS__IMAGES").write_text("perhaps")
    places = {"SYNCD_ENV_FILE": str(file), "CREDENTIALS_DIRECTORY": str(secrets)}
    wrong = {"SYNCD_CSCART__URL": "ftp://shop", "SYNCD_WEBASYST__URL": ""}

    told = {one["setting"]: one for one in problems(bare, **(NEEDED | places | wrong))}

    assert {name: one["place"] for name, one in told.items()} == {
        "SYNCD_ORDERS__UPDATE_TIM": f"file {file}",
        "SYNCD_PRODUCTS__IMAGES": f"secrets {secrets}",
        "SYNCD_CSCART__URL": "environment",
        "SYNCD_WEBASYST__URL": None,
    }
    assert "Did you mean SYNCD_ORDERS__UPDATE_TIME?" in told["SYNCD_ORDERS__UPDATE_TIM"]["problem"]
    text = bare("config", "check", **(NEEDED | places | wrong))
    assert text.exit_code == 10
    assert "4 settings are missing or wrong" in text.stderr
    assert f"[file {file}] SYNCD_ORDERS__UPDATE_TIM" in text.stderr


def test_a_file_of_sources_is_checked_too(bare: Cli, tmp_path: Path) -> None:
    """The place is the file, and the entry and its field are told."""
    file = tmp_path / "sources.toml"
    file.write_text(
        '[[sources]]\nkind = "justclick"\nurl = "https://me.justclick.ru"\nlogin = "me"\nkey = "k"\n'
    )

    (told,) = problems(bare, **NEEDED, SYNCD_SOURCES=str(file))

    assert told["place"] == f"{file}, named by environment"
    assert "(entry 1, currency) is not given" in told["problem"]
    (missing,) = problems(bare, **NEEDED, SYNCD_SOURCES=str(tmp_path / "none.toml"))
    assert "cannot be read" in missing["problem"]


def test_a_settings_file_that_is_not_there(bare: Cli, tmp_path: Path) -> None:
    """It is the one problem, without a setting's name."""
    (told,) = problems(bare, **NEEDED, SYNCD_ENV_FILE=str(tmp_path / "none.env"))

    assert told["setting"] is None
    assert "none.env" in told["problem"]


def shown(bare: Cli, **env: str) -> dict[str, tuple[Any, str]]:
    told = json.loads(bare("config", "show", "--json", **env).stdout)
    assert told["version"] == 1
    return {one["name"]: (one["value"], one["from"]) for one in told["settings"]}


def test_every_setting_is_shown_with_its_place(bare: Cli, tmp_path: Path) -> None:
    """All of them, in the order of the example, whoever says them."""
    file, secrets = tmp_path / "syncd.env", tmp_path / "secrets"
    file.write_text("SYNCD_ORDERS__UPDATE_TIME=5\nSYNCD_PRODUCTS__UPDATE_TIME=6\n")
    secrets.mkdir()
    (secrets / "syncd_http__port").write_text("9000")
    env = {
        "SYNCD_ENV_FILE": str(file),
        "CREDENTIALS_DIRECTORY": str(secrets),
        "SYNCD_PRODUCTS__UPDATE_TIME": "7",
    }

    rows = shown(bare, **(NEEDED | env))

    assert list(rows) == names(Settings)
    assert rows["SYNCD_ORDERS__UPDATE_TIME"] == (5, f"file {file}")
    assert rows["SYNCD_PRODUCTS__UPDATE_TIME"] == (7, "environment")
    assert rows["SYNCD_HTTP__PORT"] == (9000, f"secrets {secrets}")
    assert rows["SYNCD_LOG__LEVEL"] == ("info", "default")
    assert rows["SYNCD_ORDERS__SKIP_STATUSES"] == (["D", "F", "I", "N"], "default")


def test_no_secret_is_shown(bare: Cli) -> None:
    """Keys, tokens, database passwords, and those inside of SYNCD_SOURCES."""
    secrets = {
        "SYNCD_CSCART__HOOK_SECRET": "canary-hook-secret-815",
        "SYNCD_DATABASE_URL": "postgresql://syncd:canary-db-815@host/syncd",
        "SYNCD_SECRET_KEY": "canary+" + "A" * 36 + "=",
        "SYNCD_SOURCES": f"[{HOROSHOP}]",
    }
    for option in ([], ["--json"]):
        text = bare("config", "show", *option, **(NEEDED | secrets)).stdout
        assert "canary" not in text
        assert "********" in text
        assert "h.example.com" in text


def test_the_token_of_a_login_is_named_as_such(bare: Cli) -> None:
    """Without any token the settings can still be looked at."""
    rest = {name: value for name, value in NEEDED.items() if "TOKEN" not in name}

    assert shown(bare, **rest)["SYNCD_WEBASYST__TOKEN"] == (None, "default")


def test_the_text_can_be_read_back_as_a_file(bare: Cli, tmp_path: Path) -> None:
    """Each line is a variable with its value, and the place is a comment."""
    file = tmp_path / "shown.env"
    file.write_text(bare("config", "show", **NEEDED, SYNCD_ORDERS__UPDATE_TIME="5").stdout)

    told = collect({"SYNCD_ENV_FILE": str(file)})
    assert told["SYNCD_ORDERS__UPDATE_TIME"] == "5"
    assert told["SYNCD_CSCART__URL"] == "https://shop.example.com"


def test_wrong_settings_cannot_be_shown(bare: Cli) -> None:
    """What is in effect is not known then."""
    assert bare("config", "show").exit_code == 10


def test_the_schema_has_every_setting_and_every_kind_of_source(bare: Cli) -> None:
    """Each setting by its variable; the entries of SYNCD_SOURCES by kind."""
    result = bare("config", "schema")
    schema = json.loads(result.stdout)

    variables = set()
    for field in schema["properties"].values():
        below = schema["$defs"].get(field.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
        variables |= {each["x-variable"] for each in (below or {"": field}).values()}
    assert result.exit_code == 0
    assert variables == set(names(Settings))
    entries = schema["properties"]["sources"]["items"]["discriminator"]["mapping"]
    assert set(entries) == {"marketplace", "horoshop", "justclick"}
    assert "statuses_back" in schema["$defs"]["HoroshopSource"]["properties"]
