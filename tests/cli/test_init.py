"""`syncd init`: asks, tries both shops, writes the settings file; or says why not."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

from syncd.settings import load_settings
from tests.cli.browser import shown_code
from tests.cli.conftest import Cli, environment
from tests.scenarios.shops import Pair

FIVE = {
    "--cscart-url": "SYNCD_CSCART__URL",
    "--cscart-email": "SYNCD_CSCART__EMAIL",
    "--cscart-api-key": "SYNCD_CSCART__API_KEY",
    "--webasyst-url": "SYNCD_WEBASYST__URL",
    "--webasyst-token": "SYNCD_WEBASYST__TOKEN",
}


def flags(pair: Pair, *without: str) -> list[str]:
    """The five values as options."""
    values = environment(pair)
    return [part for flag, name in FIVE.items() if flag not in without for part in (flag, values[name])]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "made" / "syncd.env"


def test_options_alone_make_a_file_that_a_run_is_content_with(pair: Pair, bare: Cli, file: Path) -> None:
    """The file holds what is needed, asks for a plan first, and only its owner reads it."""
    pair.forget_counts()
    result = bare("init", "--file", str(file), *flags(pair))

    assert (result.exit_code, result.stderr) == (0, "")
    assert pair.writes == 0
    assert file.stat().st_mode & 0o777 == 0o600
    settings = load_settings({"SYNCD_ENV_FILE": str(file)})
    assert settings.plan_first
    assert settings.cscart.url == pair.cscart.url
    assert pair.cscart.credentials["api_key"] not in result.stdout
    run = bare("config", "check", SYNCD_ENV_FILE=str(file))
    assert run.exit_code == 0


def test_the_next_commands_are_told(pair: Pair, bare: Cli, file: Path) -> None:
    """In the order of the first hour; the first one can be copied."""
    text = bare("init", "--file", str(file), *flags(pair)).stdout

    steps = [f"export SYNCD_ENV_FILE={file}", "syncd doctor", "syncd plan", "syncd apply", "syncd run"]
    assert [text.index(step) for step in steps] == sorted(text.index(step) for step in steps)
    assert "syncd login" not in text
    assert max(map(len, [line for line in text.splitlines() if line.startswith("  syncd")])) <= 80


def test_the_shops_own_statuses_are_proposed(pair: Pair, bare: Cli, file: Path) -> None:
    """As comments: what they mean is for a person to say."""
    bare("init", "--file", str(file), *flags(pair))

    assert "# CS-Cart's statuses: P (Paid)" in file.read_text()
    assert load_settings({"SYNCD_ENV_FILE": str(file)}).statuses == {}


def test_the_environment_answers_too(cli: Cli, file: Path) -> None:
    """Keys need not stand on the command line."""
    assert cli("init", "--file", str(file)).exit_code == 0
    assert load_settings({"SYNCD_ENV_FILE": str(file)}).cscart.email == "admin@example.test"


def test_the_file_is_where_the_settings_will_look_for_it(cli: Cli, file: Path) -> None:
    """SYNCD_ENV_FILE may name a file that is only now made."""
    assert cli("init", SYNCD_ENV_FILE=str(file)).exit_code == 0
    assert file.exists()


def test_what_lacks_is_told_where_nobody_can_be_asked(pair: Pair, bare: Cli, file: Path) -> None:
    """All at once; a token may come later."""
    result = bare(
        "init", "--file", str(file), *flags(pair, "--cscart-email", "--webasyst-url", "--webasyst-token")
    )

    assert result.exit_code == 10
    assert "SYNCD_CSCART__EMAIL is not set" in result.stderr
    assert "SYNCD_WEBASYST__URL is not set" in result.stderr
    assert "TOKEN" not in result.stderr
    assert not file.exists()


def test_without_a_token_a_login_comes_next(pair: Pair, bare: Cli, file: Path) -> None:
    """The file is written, CS-Cart alone was tried."""
    result = bare("init", "--file", str(file), *flags(pair, "--webasyst-token"))

    assert result.exit_code == 0
    assert "syncd login" in result.stdout
    assert "TOKEN" not in file.read_text()
    assert pair.webasyst.counters.requests == 0


def test_a_file_that_is_there_stays(pair: Pair, bare: Cli, file: Path) -> None:
    """Neither the file nor the shops are touched; --force replaces it."""
    file.parent.mkdir()
    file.write_text("mine\n")
    pair.forget_counts()
    result = bare("init", "--file", str(file), *flags(pair))

    assert result.exit_code == 10
    assert "--force" in result.stderr
    assert file.read_text() == "mine\n"
    assert pair.cscart.counters.requests == 0

    assert bare("init", "--file", str(file), "--force", *flags(pair)).exit_code == 0
    assert "SYNCD_PLAN_FIRST=true" in file.read_text()


@pytest.mark.parametrize(
    ("flag", "subject"), [("--cscart-api-key", "cscart"), ("--webasyst-token", "webasyst")]
)
def test_a_key_that_is_refused_writes_nothing(
    pair: Pair, bare: Cli, file: Path, flag: str, subject: str
) -> None:
    """The shop that refuses it is told, with the way out."""
    result = bare("init", "--file", str(file), *flags(pair, flag), flag, "wrong-and-refused")

    assert result.exit_code == 1
    assert f"{subject}:" in result.stdout
    assert "Nothing was written" in result.stdout
    assert "wrong-and-refused" not in result.stdout + result.stderr
    assert not file.exists()


def test_a_missing_right_writes_nothing(pair: Pair, bare: Cli, file: Path) -> None:
    """A key that is accepted is not enough."""
    pair.at_cscart("setting", privileges=["view_catalog"])

    result = bare("init", "--file", str(file), *flags(pair))

    assert result.exit_code == 1
    assert "view_orders" in result.stdout
    assert not file.exists()


def test_as_json(pair: Pair, bare: Cli, file: Path) -> None:
    """The shape that the help text promises."""
    good = json.loads(bare("init", "--json", "--file", str(file), *flags(pair)).stdout)
    assert (good["version"], good["file"], good["token"]) == (1, str(file), True)
    assert {one["subject"] for one in good["findings"]} == {"cscart", "webasyst"}

    again = flags(pair, "--cscart-api-key")
    bad = json.loads(
        bare("init", "--json", "--force", "--file", str(file), *again, "--cscart-api-key", "x").stdout
    )
    assert bad["file"] is None


class Terminal:
    """`syncd init` on a terminal, with a person who reads and types."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "syncd", *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=env,
            close_fds=True,
            start_new_session=True,
        )
        os.close(slave)
        self.text = ""

    def until(self, words: str) -> str:
        """Read on until the words stand there; answers what was read since the last time."""
        start = len(self.text)
        while words not in self.text[start:]:
            assert select.select([self.master], [], [], 60)[0], self.text
            try:
                read = os.read(self.master, 4096)
            except OSError:  # Linux's way to say that the other end is closed
                read = b""
            assert read, self.text
            self.text += read.decode()
        return self.text[start:]

    def type(self, text: str) -> None:
        os.write(self.master, f"{text}\n".encode())

    def close(self) -> int:
        code = self.process.wait()
        os.close(self.master)
        return code


def test_a_person_is_asked(pair: Pair, file: Path) -> None:
    """Wrong answers are asked again, keys are not shown, and without a token the person signs in."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    env = kept | {
        "HOME": str(pair.data_dir),
        "SYNCD_DATA_DIR": str(pair.data_dir),
        "TERM": "dumb",
        "COLUMNS": "300",
    }
    person = Terminal(["init", "--file", str(file)], env)

    person.until("Address of the CS-Cart shop: ")
    person.type("shop")
    assert "is not an address" in person.until("Address of the CS-Cart shop: ")
    person.type("http://shop.example.com")
    assert "unencrypted" in person.until("Address of the CS-Cart shop: ")
    person.type(pair.cscart.url)
    person.until("API key: ")
    person.type(pair.cscart.credentials["email"])
    person.until("API access): ")
    person.type(pair.cscart.credentials["api_key"])
    person.until("Webasyst account: ")
    person.type(pair.webasyst.url)
    person.until("signing in): ")
    person.type("")
    page = next(word for word in person.until("or a token: ").split() if "api.php/auth" in word)
    code = shown_code(page)
    person.type(code)
    person.until("syncd run ")

    assert person.close() == 0
    assert pair.cscart.credentials["api_key"] not in person.text
    assert code not in person.text
    assert "TOKEN" not in file.read_text()
    loaded = load_settings({"SYNCD_ENV_FILE": str(file), "SYNCD_DATA_DIR": str(pair.data_dir)})
    assert loaded.webasyst.token is not None
    assert loaded.webasyst.token.get_secret_value() in pair.webasyst.shop.tokens.by_value  # type: ignore[attr-defined]
