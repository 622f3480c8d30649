"""The browser pages of the authorization: login, approval, and the way back (contracts/webasyst §1.1)."""

from __future__ import annotations

import hashlib
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING

from syncd.sandbox import php
from syncd.sandbox.wire import Request, Response

from . import answers
from .tokens import APPS

if TYPE_CHECKING:
    from .shop import WebasystShop

LOGIN = "admin"
PASSWORD = "PASSWORD"
ADMIN_ID = 1


def authorize(shop: WebasystShop, request: Request, query: php.PhpArray, post: php.PhpArray) -> Response:
    """Login form, login, approval form, approval or refusal; errors are 200 pages."""
    problem = _problem(query)
    if problem:
        return _page(f"Error invalid_request {problem}")
    cookies = SimpleCookie(request.headers.get("cookie", ""))
    session = cookies["PHPSESSID"].value if "PHPSESSID" in cookies else ""
    if php.truthy(post.get("wa_auth_login")):
        return _login(shop, request, post)
    if session != _session(shop):
        return _login_form("", (("Set-Cookie", "PHPSESSID=guest; path=/; HttpOnly"),))
    if request.method != "POST":
        return _approve_form(shop, php.to_str(query.get("client_name", query["client_id"])))
    if not post.get("_csrf") or post["_csrf"] != _csrf(shop):
        return _page("Error invalid_request CSRF Protection")
    return _decide(shop, query, post)


def _problem(query: php.PhpArray) -> str:
    for name in ("client_id", "scope"):
        if not php.truthy(query.get(name)):
            return f"Required parameter is missing: {name}"
    kind = php.to_str(query.get("response_type", ""))
    if kind not in ("code", "token"):
        return f"Invalid response_type: {kind}"
    return "" if _scope(query) else "invalid scope"


def _scope(query: php.PhpArray) -> tuple[str, ...]:
    """Apps that do not exist are dropped without a word."""
    return tuple(app for app in php.to_str(query["scope"]).split(",") if app in APPS)


def _session(shop: WebasystShop) -> str:
    return hashlib.sha256(f"session {shop.token}".encode()).hexdigest()[:26]


def _csrf(shop: WebasystShop) -> str:
    return hashlib.sha256(f"csrf {shop.token}".encode()).hexdigest()[:13]


def _login(shop: WebasystShop, request: Request, post: php.PhpArray) -> Response:
    if post.get("login") != LOGIN or post.get("password") != PASSWORD:
        return _login_form("Invalid login name or password.", ())
    headers = (
        ("Set-Cookie", f"PHPSESSID={_session(shop)}; path=/; HttpOnly"),
        ("Set-Cookie", "remember=0; path=/; SameSite=Lax"),
        ("Set-Cookie", f"_csrf={_csrf(shop)}; path=/; SameSite=Lax"),
        ("Location", f"http://{request.headers.get('host', shop.state.settings.domain)}{request.target}"),
    )
    return answers.plain(302, answers.HTML, "", *headers)


def _login_form(problem: str, headers: tuple[tuple[str, str], ...]) -> Response:
    form = (
        '<form method="post"><input type="text" name="login"><input type="password" name="password">'
        '<input type="hidden" name="wa_auth_login" value="1"><input type="hidden" name="_csrf" value=""></form>'
    )
    return _page(f"{problem}{form}", headers)


def _approve_form(shop: WebasystShop, name: str) -> Response:
    form = (
        f'<form method="post"><input type="hidden" name="_csrf" value="{_csrf(shop)}">'
        '<input type="submit" name="approve" value="Allow"></form>'
    )
    text = f"{php.htmlspecialchars(name)} requests access to your apps data"
    return _page(text + form, (("Set-Cookie", f"_csrf={_csrf(shop)}; path=/; SameSite=Lax"),))


def _page(content: str, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    page = f"<!DOCTYPE html><html><head><title>Test Shop</title></head><body>{content}</body></html>"
    return answers.plain(200, answers.HTML, page, *headers)


def _decide(shop: WebasystShop, query: php.PhpArray, post: php.PhpArray) -> Response:
    target = php.to_str(query.get("redirect_uri", ""))
    client = php.to_str(query["client_id"])[:32]
    if not php.truthy(post.get("approve")) or "cancel" in post:
        return _redirect(target, "error=access_denied")
    if query["response_type"] == "token":
        token = shop.tokens.issue(ADMIN_ID, client, _scope(query))
        return answers.plain(302, answers.HTML, "", ("Location", f"{target}#access_token={token.value}"))
    code = shop.tokens.new_code(ADMIN_ID, client, _scope(query), shop.clock.now())
    if not target:
        return _page(f"Code <textarea>{code.value}</textarea>")
    return _redirect(target, f"code={code.value}")


def _redirect(target: str, extra: str) -> Response:
    mark = "&" if "?" in target else "?"
    return answers.plain(302, answers.HTML, "", ("Location", f"{target}{mark}{extra}"))
