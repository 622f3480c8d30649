"""`syncd login` and `syncd logout` against the authorisation pages of a Webasyst account."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from typer.testing import CliRunner

from syncd.app.sign_in import SignIn
from syncd.cli.main import app
from syncd.cli.redirect import Redirect
from syncd.errors import NotAuthorised, SyncdError
from syncd.settings import Settings, load_settings
from tests.cli.browser import decide, shown_code
from tests.cli.conftest import Cli, environment
from tests.scenarios.shops import Pair


@pytest.fixture
def settings(pair: Pair) -> Settings:
    """Settings that name no token."""
    return load_settings(_without_token(pair), needs_token=False)


def _without_token(pair: Pair) -> dict[str, str]:
    return {name: value for name, value in environment(pair).items() if "TOKEN" not in name}


def paste(pair: Pair, text: str, *options: str, **env: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(
        app, ["login", "--paste", *options], input=text + "\n", env=_without_token(pair) | env
    )
    return done.exit_code, done.stdout, done.stderr


def stored(pair: Pair) -> str | None:
    found = load_settings(_without_token(pair), needs_token=False).token_store.read()
    return found.token if found else None


def tokens(pair: Pair) -> set[str]:
    return set(pair.webasyst.shop.tokens.by_value)  # type: ignore[attr-defined]


@pytest.fixture
def process(pair: Pair) -> Iterator[subprocess.Popen[str]]:
    """`syncd login` as a person starts it, without a terminal."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    with subprocess.Popen(
        [sys.executable, "-m", "syncd", "login"],
        env=kept | _without_token(pair) | {"HOME": str(pair.data_dir)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        yield running
        running.kill()


def address_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return next(line.strip() for line in process.stdout if line.startswith("http"))


def test_a_login_by_browser_stores_a_token_that_works(
    pair: Pair, process: subprocess.Popen[str], cli: Cli
) -> None:
    """The browser comes back with a code, the code becomes a token, and a run needs nothing else."""
    landing = decide(address_of(process)).headers["location"]
    page = httpx.get(landing)
    out, err = process.communicate()

    assert "You may close this page" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert (process.returncode, err) == (0, "")
    assert "syncd doctor" in out
    assert stored(pair) in tokens(pair)
    assert cli("run", "--once", SYNCD_WEBASYST__TOKEN="").exit_code == 0


def test_a_refusal_in_the_browser_ends_the_login(pair: Pair, process: subprocess.Popen[str]) -> None:
    """Cancel means no: exit code 12, and nothing is stored."""
    httpx.get(decide(address_of(process), allow=False).headers["location"])
    _, err = process.communicate()

    assert process.returncode == 12
    assert "refused" in err
    assert stored(pair) is None


def test_only_the_secret_path_brings_a_code() -> None:
    """Another page in the same browser cannot slip a code of its own in."""
    with Redirect() as redirect:
        root = redirect.address.rsplit("/", 1)[0]
        assert httpx.get(f"{root}/?code=forged").status_code == 404
        assert httpx.get(f"{root}/wrong?code=forged").status_code == 404
        assert httpx.get(redirect.address).status_code == 404
        assert httpx.get(f"{redirect.address}?code=right").status_code == 200
        assert redirect.code(60) == "right"


def test_nobody_comes_back() -> None:
    """After the patience is over the message names the way without a browser here."""
    with Redirect() as redirect, pytest.raises(SyncdError, match="--paste"):
        redirect.code(0)


def test_the_access_asked_for_is_the_least(settings: Settings) -> None:
    """The scope is Shop-Script alone, and the way back is this machine."""
    page = httpx.URL(SignIn.of(settings).page("http://127.0.0.1:1/x"))

    assert dict(page.params) == {
        "client_id": page.params["client_id"],
        "client_name": "syncd",
        "response_type": "code",
        "scope": "shop",
        "redirect_uri": "http://127.0.0.1:1/x",
    }
    assert len(page.params["client_id"]) <= 32


def test_every_installation_has_a_client_id_of_its_own(settings: Settings) -> None:
    """Signing out on one machine leaves the token of another alone."""
    assert SignIn.of(settings).client_id != SignIn.of(settings).client_id


def test_a_code_may_be_pasted(pair: Pair, settings: Settings) -> None:
    """A host without a browser: the page shows the code, and syncd stores the token that it stands for."""
    attempt = SignIn.of(settings)
    asyncio.run(attempt.with_pasted(shown_code(attempt.page(None))))

    assert stored(pair) in tokens(pair)


def test_the_address_with_the_code_may_be_pasted(pair: Pair, settings: Settings) -> None:
    """Whoever copies the whole address bar has not done wrong."""
    attempt = SignIn.of(settings)
    landing = decide(attempt.page("http://127.0.0.1:1/x")).headers["location"]
    asyncio.run(attempt.with_pasted(landing))

    assert stored(pair) in tokens(pair)


def test_a_token_may_be_pasted(pair: Pair) -> None:
    """A bare token, and the address that `response_type=token` leads to, are taken as they are."""
    token = pair.webasyst.credentials["token"]

    for text in (token, f"https://office.example.com/#access_token={token}"):
        code, out, err = paste(pair, text)
        assert (code, err) == (0, "")
        assert token not in out
        assert stored(pair) == token


def test_what_is_no_code_and_no_token_is_refused(pair: Pair) -> None:
    """Neither is stored nor repeated on the screen."""
    for text, said, exit_code in (
        ("0123456789abcdef0123456789abcdef", "invalid_grant", 12),
        ("two words", "neither a code nor a token", 10),
        ("", "neither a code nor a token", 10),
        ("https://office.example.com/", "neither ?code= nor", 10),
    ):
        code, out, err = paste(pair, text)
        assert code == exit_code
        assert said in err
        assert not text or text not in out + err
    assert stored(pair) is None


def test_a_code_that_is_too_old_is_told(pair: Pair, settings: Settings) -> None:
    """A code lives for three minutes (contracts/webasyst §1.1)."""
    attempt = SignIn.of(settings)
    code = shown_code(attempt.page(None))
    pair.webasyst.shop.clock.advance(181)

    with pytest.raises(NotAuthorised, match="three minutes"):
        asyncio.run(attempt.with_code(code))


def test_a_user_who_lacks_a_right_is_refused_and_the_new_token_ended(pair: Pair, settings: Settings) -> None:
    """Nothing is stored that would fail later, and no token is left behind in Webasyst."""
    before = tokens(pair)
    attempt = SignIn.of(settings)
    code = shown_code(attempt.page(None))
    pair.at_webasyst("rights", contact_id=1, rights={"backend": 1, "orders": 1, "customers": 1})

    with pytest.raises(NotAuthorised, match="products"):
        asyncio.run(attempt.with_code(code))
    assert stored(pair) is None
    assert tokens(pair) == before


def test_a_token_without_the_scope_is_refused(pair: Pair) -> None:
    """A token for another app opens nothing of Shop-Script (contracts/webasyst §1.5)."""
    token = pair.at_webasyst("token.create", client_id="other", scope=["webasyst"])

    code, _, _ = paste(pair, token)

    assert code == 12
    assert stored(pair) is None


def test_signing_in_again_renews_the_same_token(pair: Pair) -> None:
    """The client id is kept, so that no token of ours is left over in Webasyst."""
    for _ in range(2):
        attempt = SignIn.of(load_settings(_without_token(pair), needs_token=False))
        asyncio.run(attempt.with_code(shown_code(attempt.page(None))))

    assert len(tokens(pair)) == 2
    assert stored(pair) in tokens(pair)


def test_a_token_in_the_settings_wins_and_the_person_is_told(pair: Pair) -> None:
    """Else a login would seem to have no effect."""
    token = pair.at_webasyst("token.create", client_id="second")
    code, out, _ = paste(pair, token, SYNCD_WEBASYST__TOKEN="another-token")

    assert code == 0
    assert "SYNCD_WEBASYST__TOKEN is set and wins" in out


def test_login_as_json(pair: Pair) -> None:
    """The object alone is on stdout; what a person reads is on stderr."""
    code, out, err = paste(pair, pair.webasyst.credentials["token"], "--json")

    told = json.loads(out)
    assert code == 0
    assert (told["version"], told["webasyst"], told["overridden"]) == (1, pair.webasyst.url, False)
    assert "api.php/auth" in err


def test_a_logout_ends_the_token_in_webasyst(pair: Pair, cli: Cli) -> None:
    """Afterwards neither side knows it, and the next run asks for a login."""
    token = pair.webasyst.credentials["token"]
    paste(pair, token)

    told = json.loads(cli("logout", "--json", SYNCD_WEBASYST__TOKEN="").stdout)

    assert told == {"version": 1, "revoked": True, "webasyst": pair.webasyst.url}
    assert token not in tokens(pair)
    assert stored(pair) is None
    missing = cli("run", "--once", SYNCD_WEBASYST__TOKEN="")
    assert missing.exit_code == 10
    assert "syncd login" in missing.stderr


def test_a_logout_of_a_token_that_ended_already_forgets_it(pair: Pair, cli: Cli) -> None:
    """Somebody removed it in the Team app: nothing is left to do there."""
    token = pair.webasyst.credentials["token"]
    paste(pair, token)
    pair.at_webasyst("token.revoke")

    assert cli("logout", SYNCD_WEBASYST__TOKEN="").exit_code == 0
    assert stored(pair) is None


def test_a_logout_that_webasyst_does_not_hear_keeps_the_token(pair: Pair, cli: Cli) -> None:
    """A token that still opens the shop is not forgotten."""
    token = pair.webasyst.credentials["token"]
    paste(pair, token)
    pair.webasyst.faults.add(
        {"when": "before", "kind": "status", "status": 404, "match": {"name": "oauth.revoke"}}
    )

    result = cli("logout", SYNCD_WEBASYST__TOKEN="")

    assert result.exit_code == 1
    assert token not in result.stderr
    assert stored(pair) == token


def test_a_logout_that_webasyst_does_not_confirm_keeps_the_token(pair: Pair, cli: Cli) -> None:
    """It says yes with an empty token where it has revoked nothing (contracts/webasyst §1.2)."""
    token = pair.webasyst.credentials["token"]
    paste(pair, token)
    pair.webasyst.faults.add(
        {
            "when": "before",
            "kind": "status",
            "status": 200,
            "body": '{"access_token":""}',
            "match": {"name": "oauth.revoke"},
        }
    )

    result = cli("logout", SYNCD_WEBASYST__TOKEN="")

    assert result.exit_code == 1
    assert "Team app" in result.stderr
    assert stored(pair) == token


def test_a_login_that_fails_leaves_the_stored_token_in_force(pair: Pair, settings: Settings) -> None:
    """Signing in again gives the same token; to end it would stop a syncd that runs."""
    first = SignIn.of(settings)
    asyncio.run(first.with_code(shown_code(first.page(None))))
    again = SignIn.of(settings)
    code = shown_code(again.page(None))
    pair.at_webasyst("rights", contact_id=1, rights={"orders": 1})

    with pytest.raises(NotAuthorised):
        asyncio.run(again.with_code(code))
    assert stored(pair) in tokens(pair)


def test_a_logout_without_a_token_says_so(cli: Cli) -> None:
    """There is nothing to end, and where else a token may stand is told."""
    result = cli("logout")

    assert result.exit_code == 0
    assert "No token is stored" in result.stdout
