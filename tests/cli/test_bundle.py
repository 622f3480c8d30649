"""`syncd bundle`: an archive that explains a trouble and tells on nobody."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from tests.cli.conftest import Cli, environment
from tests.cli.test_failed import HOLD
from tests.scenarios.shops import Pair

PERSON = {
    "email": "canary@example.test",
    "firstname": "Canarina",
    "lastname": "Birdova",
    "phone": "+79991234567",
}
FILES = ("versions", "settings", "status", "runs", "database")


def contents(file: Path) -> dict[str, str]:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_no_secret_and_no_person_is_in_it(cli: Cli, pair: Pair, tmp_path: Path) -> None:
    """Neither a credential nor a customer's data stands anywhere in the archive, though the request log, the failures and
    a shop's own words hold them."""
    pair.place("A", customer=PERSON, notes="ring at Birdova's door")
    pair.at_cscart("order.break", order_id=pair.place("A", customer=PERSON), drop=["total"])
    bare = {"SYNCD_LOG__MASK_PERSONAL": "false", "SYNCD_CSCART__HOOK_SECRET": "canary-hook-secret-0123456789"}
    cli("run", "--once", **HOLD, **bare)

    result = cli("bundle", str(tmp_path / "b.zip"), **bare)

    assert result.exit_code == 0, result.stderr
    logged = (pair.data_dir / "requests.log").read_text()
    assert "canary@example.test" in logged
    whole = "\n".join(contents(tmp_path / "b.zip").values())
    secrets = [environment(pair)[name] for name in ("SYNCD_CSCART__API_KEY", "SYNCD_WEBASYST__TOKEN")]
    for word in (*PERSON.values(), "9991234567", "canary-hook-secret", *secrets):
        assert word not in whole


def test_what_is_in_it(cli: Cli, pair: Pair, tmp_path: Path) -> None:
    """Versions, settings, status, cycles and the database's check are JSON; failures and calls are lines of it."""
    number = pair.place("A")
    cli("run", "--once", **HOLD)

    cli("bundle", str(tmp_path / "b.zip"))

    found = contents(tmp_path / "b.zip")
    told = {name: json.loads(found[f"syncd/{name}.json"]) for name in FILES}
    assert told["settings"]["settings"]["cscart"]["url"] == pair.cscart.url
    assert told["settings"]["settings"]["cscart"]["api_key"] == "***"
    assert told["runs"]["runs"][0]["stream"] == "orders"
    failure = json.loads(found["syncd/failures.jsonl"].splitlines()[0])
    assert (failure["record"], failure["code"]) == (str(number), "unknown-sku")
    assert all(json.loads(line)["shop"] for line in found["syncd/requests.jsonl"].splitlines())


def test_no_file_is_overwritten(cli: Cli, tmp_path: Path) -> None:
    """An existing file is left as it is; before the first run there is a bundle all the same; only its owner reads it."""
    (tmp_path / "b.zip").write_text("mine")

    assert cli("bundle", str(tmp_path / "b.zip")).exit_code == 10
    assert cli("bundle", str(tmp_path / "c.zip")).exit_code == 0

    assert (tmp_path / "b.zip").read_text() == "mine"
    assert (tmp_path / "c.zip").stat().st_mode & 0o077 == 0
