"""Who may do what: HTTP Basic with e-mail and API key, and privileges (cscart §1.2, §1.3)."""

from __future__ import annotations

import base64
import binascii
import hmac

from syncd.sandbox.cscart.replies import ApiError
from syncd.sandbox.cscart.settings import Settings
from syncd.sandbox.wire import Request


def check_login(request: Request, settings: Settings, email: str, api_key: str) -> None:
    """Check transport and key; raises ApiError 403 for plain http where https is required, 401 for a bad login."""
    if settings.https_only and request.headers.get("x-forwarded-proto", "http") != "https":
        raise ApiError(403, "The API is only accessible over HTTPS")
    given = "" if settings.strip_authorization else request.headers.get("authorization", "")
    scheme, _, token = given.partition(" ")
    if scheme.lower() != "basic":
        raise ApiError(401)
    try:
        user, _, key = base64.b64decode(token.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ApiError(401) from error
    if user.casefold() != email.casefold() or not hmac.compare_digest(key.encode(), api_key.encode()):
        raise ApiError(401)


def check_privilege(settings: Settings, name: str) -> None:
    """Raise ApiError 403 unless the user has the privilege; no list at all means full access."""
    if name and settings.privileges is not None and name not in settings.privileges:
        raise ApiError(403)
