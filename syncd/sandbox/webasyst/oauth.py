"""Getting, exchanging and revoking tokens (contracts/webasyst §1.1-1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncd.sandbox import php
from syncd.sandbox.wire import Request, Response

from . import answers, oauth_pages
from .errors import ApiError
from .tokens import CODE_SECONDS, sent_token

if TYPE_CHECKING:
    from .shop import WebasystShop

KINDS = ("auth", "token", "token-headless", "revoke")


def kind_of(request: Request) -> str | None:
    """Which of the token pages a request is for; None when it calls an API method."""
    name = request.path.removeprefix("/api.php").strip("/")
    return name if name in KINDS else None


def answer(shop: WebasystShop, request: Request, query: php.PhpArray, post: php.PhpArray) -> Response | None:
    """The page of the token flow; None when the request calls an API method."""
    kind = kind_of(request)
    if kind == "auth":
        return oauth_pages.authorize(shop, request, query, post)
    if kind == "token":
        return _shaped(query, _exchange(shop, query, post))
    if kind == "token-headless":
        return _headless(post)
    return _revoke(shop, request, query, post) if kind == "revoke" else None


def _shaped(query: php.PhpArray, value: dict[str, Any]) -> Response:
    """All answers of token are 200 text/html."""
    form = php.to_str(query.get("format", "json")).upper()
    shown = answers.shaped(200, value, form if form == "XML" else "JSON", "")
    return Response(200, (("Content-Type", answers.HTML),), shown.body)


def _problem(code: str, text: str) -> dict[str, Any]:
    return {"error": code, "error_description": text}


def _exchange(shop: WebasystShop, query: php.PhpArray, post: php.PhpArray) -> dict[str, Any]:
    problem = _request_problem(query, post)
    if problem is not None:
        return problem
    code = shop.tokens.codes.get(php.to_str(post["code"]))
    if code is None:
        return _problem("invalid_grant", f"Invalid code: {php.to_str(post['code'])}")
    if code.client_id != post["client_id"]:
        return _problem("invalid_grant", "Client ID does not match the previously specified value")
    if shop.clock.now() > code.created + CODE_SECONDS:
        return _problem("invalid_grant", "Authorization code has expired")
    return {"access_token": shop.tokens.issue(code.contact_id, code.client_id, code.scope).value}


def _request_problem(query: php.PhpArray, post: php.PhpArray) -> dict[str, Any] | None:
    form = php.to_str(query.get("format", "json")).upper()
    if form not in ("JSON", "XML"):
        return _problem("invalid_request", f"Invalid format: {form}")
    for name in ("code", "client_id", "grant_type"):
        if not php.truthy(post.get(name)):
            return _problem("invalid_request", f"Required parameter is missing: {name}")
    if post["grant_type"] != "authorization_code":
        return _problem("unsupported_grant_type", f"Invalid grant_type: {post['grant_type']}")
    return None


def _headless(post: php.PhpArray) -> Response:
    for name in ("code", "client_id", "scope"):
        if not php.truthy(post.get(name)):
            problem = _problem("invalid_request", f"Required parameter is missing: {name}")
            return answers.plain(400, "application/json", answers.encode(problem))
    problem = _problem("not_enabled", "Webasyst ID service is not enabled")
    return answers.plain(403, "application/json", answers.encode(problem))


def _revoke(shop: WebasystShop, request: Request, query: php.PhpArray, post: php.PhpArray) -> Response:
    """Only a token sent as a parameter is revoked; a header alone changes nothing (contracts/webasyst §1.2)."""
    try:
        shop.tokens.check(sent_token(query, post, request.headers), shop.clock.now())
    except ApiError as error:
        return answers.shaped(error.status, error.body, "JSON", "")
    named = php.to_str(post.get("access_token", query.get("access_token", "")))
    shop.tokens.by_value.pop(named, None)
    return answers.plain(200, answers.HTML, answers.encode({"access_token": named}))
