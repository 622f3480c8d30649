"""A person with a browser who signs in to Webasyst and decides on an access (contracts/webasyst §1.1)."""

from __future__ import annotations

import re

import httpx

from syncd.sandbox.webasyst.oauth_pages import LOGIN, PASSWORD


def decide(page: str, *, allow: bool = True) -> httpx.Response:
    """Open the page, sign in, press Allow or Cancel; answers what the shop says then, a redirect mostly."""
    with httpx.Client() as browser:
        signed_in = browser.post(page, data={"wa_auth_login": "1", "login": LOGIN, "password": PASSWORD})
        assert signed_in.status_code == 302
        csrf = re.search(r'name="_csrf" value="(\w+)"', browser.get(page).text)
        assert csrf is not None
        return browser.post(
            page, data={"_csrf": csrf[1], **({"approve": "Allow"} if allow else {"cancel": "1"})}
        )


def shown_code(page: str) -> str:
    """The code that the page shows when no address to return to was given."""
    found = re.search(r"<textarea>(\w+)</textarea>", decide(page).text)
    assert found is not None
    return found[1]
