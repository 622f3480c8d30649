"""Getting a token of a Webasyst account and giving it back (contracts/webasyst §1.1, §1.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from syncd.errors import BrokenAnswer, Misconfigured, NotAuthorised
from syncd.shops.answer import Answer
from syncd.shops.transport import Transport

NAME = "syncd"
"""What the approval page calls us."""
SCOPE = "shop"
"""The only app that syncd calls."""
_NOTHING_THERE = 404


def authorisation_page(root: str, client_id: str, redirect: str | None) -> str:
    """The address where a person allows the access.

    The browser is sent to `redirect` with `?code=` or `?error=access_denied` behind it; without one the page shows the code.
    """
    query = {"client_id": client_id, "client_name": NAME, "response_type": "code", "scope": SCOPE}
    if redirect is not None:
        query["redirect_uri"] = redirect
    return f"{root}/api.php/auth?{urlencode(query)}"


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a person copied from the browser: a code, a token, or a bare word that may be either (32 hex digits both)."""

    code: str = ""
    token: str = ""

    @classmethod
    def of(cls, text: str) -> Pasted:
        """Read a pasted code or token, or the whole address that the browser was sent to. Raises `Misconfigured`."""
        text = text.strip()
        parts = urlsplit(text)
        if not parts.scheme:
            if not text or not text.isascii() or not text.isalnum():
                raise Misconfigured("what was pasted is neither a code nor a token nor an address")
            return cls(text, text)
        code, token = (
            parse_qs(part).get(name, [""])[0]
            for part, name in ((parts.query, "code"), (parts.fragment, "access_token"))
        )
        if not code and not token:
            raise Misconfigured(
                "the pasted address holds neither ?code= nor #access_token=; allow the access first"
            )
        return cls(code, token)


class Authorisation:
    """The token calls of one account; the transport carries no token of its own.

    Both may be repeated: a code lives for 180 s and gives the same token each time, and a token is gone after the first
    revocation. They raise `RetryLater` when the shop is unwell.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def exchange(self, code: str, client_id: str) -> str:
        """The token for a code. Raises `NotAuthorised` for a code that is unknown, too old, or another client's."""
        form = [("code", code), ("client_id", client_id), ("grant_type", "authorization_code")]
        body = await self._asked("token", form)
        token = body.get("access_token")
        if isinstance(token, str) and token:
            return token
        # The texts are for people and in the shop's language; the code alone says what is wrong.
        raise NotAuthorised(
            f"Webasyst gives no token for this code ({str(body.get('error', 'no reason given'))[:40]}). A code is good for "
            "three minutes; run 'syncd login' again."
        )

    async def revoke(self, token: str) -> None:
        """End a token; one that has ended already is no error.

        The token must be a parameter: with the header alone the shop says yes and revokes nothing.
        """
        body = await self._asked("revoke", [("access_token", token)])
        if body.get("access_token") != token and body.get("error") != "invalid_token":
            raise BrokenAnswer("Webasyst does not confirm that the token has ended; end it in the Team app")

    async def _asked(self, name: str, form: list[tuple[str, str]]) -> dict[str, Any]:
        answer = await self._transport.read("POST", f"/api.php/{name}", form=form)
        try:
            body = answer.json()
        except BrokenAnswer:
            body = None
        if not isinstance(body, dict):
            raise _no_answer(answer, name)
        return body


def _no_answer(answer: Answer, name: str) -> BrokenAnswer:
    """Without what it says: it may repeat the token."""
    where = (
        "see that SYNCD_WEBASYST__URL is the account's root"
        if answer.status == _NOTHING_THERE
        else "try again"
    )
    return BrokenAnswer(f"Webasyst's api.php/{name} answered status {answer.status} and no JSON; {where}")
