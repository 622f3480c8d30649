"""Which method a URL names: the three forms and the letter case (contracts/webasyst §1.4)."""

from __future__ import annotations

from syncd.sandbox import php
from syncd.sandbox.wire import Request

from .errors import ApiError

ENTRY = "/api.php"


def called(request: Request, query: php.PhpArray) -> tuple[str, str]:
    """(app, method) of a request, e.g. ("shop", "product.search"); raises the 400 for malformed paths."""
    rest = php.urldecode(request.path[len(ENTRY) :]).strip("/")
    if not rest and "app" in query and "method" in query:
        return lower_first(php.to_str(query["app"])), _method(php.to_str(query["method"]))
    parts = rest.split("/")
    if "." not in parts[0] and parts[1:] and not parts[2:]:
        return lower_first(parts[0]), _method(parts[1])
    app, dot, method = parts[0].partition(".")
    if len(parts) != 1 or not dot or not method:
        text = f"Malformed request or server misconfiguration. Request URL: api.php/{rest}"
        raise ApiError(400, "invalid_request", text)
    return lower_first(app), _method(method)


def lower_first(name: str) -> str:
    """Only the first letter of a segment may be in either case."""
    return name[:1].lower() + name[1:]


def _method(name: str) -> str:
    return ".".join(lower_first(part) for part in name.split("."))
