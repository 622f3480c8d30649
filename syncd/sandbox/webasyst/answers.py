"""Turning results into HTTP answers: JSON as PHP writes it, XML, JSONP, HTML errors (contracts/webasyst §1.4, §2)."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

from syncd.sandbox.wire import Response

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"


def encode(value: Any) -> str:
    """Compact JSON, Unicode as it is, slashes escaped."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")


def plain(status: int, kind: str, body: str, *headers: tuple[str, str]) -> Response:
    """An answer with this content type."""
    return Response(status, (("Content-Type", kind), *headers), body.encode("utf-8", "surrogateescape"))


def html_error(status: int, text: str) -> Response:
    """A page of the web server in front of PHP."""
    page = f"<html>\r\n<head><title>{text}</title></head>\r\n<body>\r\n<center><h1>{text}</h1></center>\r\n"
    return plain(status, "text/html", page + "<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n")


def shaped(status: int, value: Any, form: str, callback: str) -> Response:
    """The result in the format asked for; JSONP is always 200."""
    if callback:
        return plain(200, "text/javascript; charset=utf-8", f"{callback}({encode(value)});")
    if form == "XML":
        head = '<?xml version="1.0" encoding="UTF-8"?>\n<response>\n'
        return plain(status, "text/xml; charset=utf-8", head + _xml(value, 1) + "</response>\n")
    return plain(status, JSON, encode(value))


def _xml(value: Any, depth: int) -> str:
    pairs: list[tuple[str, Any]]
    if isinstance(value, dict):
        pairs = [(str(key), one) for key, one in value.items()]
    elif isinstance(value, list):
        pairs = [("item", one) for one in value]
    else:
        return "  " * depth + escape(_scalar(value)) + "\n"
    return "".join(_element(name, one, depth) for name, one in pairs)


def _element(name: str, value: Any, depth: int) -> str:
    indent = "  " * depth
    tag = name if name[:1].isalpha() or name[:1] == "_" else "item"
    if isinstance(value, (dict, list)):
        return f"{indent}<{tag}>\n{_xml(value, depth + 1)}{indent}</{tag}>\n" if value else ""
    return f"{indent}<{tag}>{escape(_scalar(value))}</{tag}>\n"


def _scalar(value: Any) -> str:
    if value is True:
        return "1"
    return "" if value is None or value is False else str(value)
