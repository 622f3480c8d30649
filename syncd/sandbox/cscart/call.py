"""One API call after parsing: where it goes, with which parameters, in which company and language."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.cscart.replies import ApiError, PhpCrash
from syncd.sandbox.wire import Request

VERSIONS = ("1.0", "2.0", "2.1", "4.0", "4.1")


@dataclass(frozen=True, slots=True)
class Call:
    """A call to one entity. ``params`` is the query, ``data`` the decoded body, ``company_id`` the store context."""

    version: str
    method: str
    entity: str
    object_id: str | None
    child: tuple[str, ...]
    params: php.PhpArray
    data: php.PhpArray = field(default_factory=dict)
    company_id: int = 0
    lang: str = "en"

    @property
    def number(self) -> int:
        """The id in the path as a number."""
        return php.to_int(self.object_id)

    def with_data(self, data: php.PhpArray) -> Call:
        """Return the call with its body."""
        return replace(self, data=data)

    def descend(self) -> Call:
        """Return the call to the child entity in the context of this company (cscart §1.10)."""
        child_id = self.child[1] if len(self.child) > 1 else None
        return replace(
            self, entity=self.child[0], object_id=child_id, child=self.child[2:], company_id=self.number
        )  # fmt: skip

    def text(self, key: str, default: str = "") -> str:
        """Return a parameter as text."""
        return php.to_str(self.params.get(key, default))

    def names(self, key: str) -> list[str]:
        """Return a parameter that may be one value, a comma list or an array."""
        value = self.params.get(key)
        if value is None or value == "":
            return []
        return (
            [php.to_str(item) for item in value.values()]
            if isinstance(value, dict)
            else str(value).split(",")
        )

    def letters(self, key: str) -> list[str]:
        """Return status letters: one, or an array; a comma list is one (unknown) letter (cscart §4.1)."""
        value = self.params.get(key)
        if isinstance(value, dict):
            return [php.to_str(item) for item in value.values()]
        return [value] if value else []

    def numbers(self, key: str) -> set[int]:
        """Return a parameter with ids (one, a comma list or an array)."""
        return {php.to_int(name) for name in self.names(key)}


def resource_of(request: Request, base_path: str, *, rewrite: bool) -> tuple[str, php.PhpArray] | None:
    """Return the resource path and the query of an API request, or None for another page (cscart §1.1)."""
    path = request.path.removeprefix(base_path)
    params = php.parse_query(request.query)
    if path == "/api.php":
        return php.to_str(params.pop("_d", "")), params
    if rewrite and (path == "/api" or path.startswith("/api/")):
        return php.urldecode(path.removeprefix("/api").removeprefix("/").replace("+", "%2B")), params
    return None


def parse_resource(resource: str) -> tuple[str, list[str]]:
    """Split a resource into version and segments; raises ApiError 404 for what no class serves (cscart §1.1)."""
    if "//" in resource:
        raise ApiError(404)
    segments = [part for part in resource.strip("/").split("/") if part]
    version = "2.1"
    if segments and php.is_numeric(segments[0]):
        version = segments.pop(0)
        if version not in VERSIONS:
            raise ApiError(404, f"The Entity {segments[0] if segments else ''} not found")
    if not segments:
        raise ApiError(404)
    return version, segments


def method_of(request: Request, params: php.PhpArray) -> str:
    """Return the HTTP method, honouring ``_METHOD`` in the query of a POST (4.20, cscart §1.4)."""
    override = params.pop("_METHOD", None) if request.method == "POST" else None
    return php.to_str(override).upper() if override else request.method


def need_number(value: Any, name: str) -> float:
    """Use a parameter in arithmetic: PHP 8 throws a TypeError for text that is no number (cscart §3.1)."""
    if not php.is_numeric(value):
        raise PhpCrash(f"TypeError: Unsupported operand types: {name}")
    return php.to_float(value)
