"""One call of an API method: parameters as PHP sees them, uploads, and the user behind the token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncd.sandbox import php

from .errors import ApiError, missing
from .state import State, User
from .store import Store


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart form."""

    field: str
    filename: str
    content: bytes


@dataclass(slots=True)
class Call:
    """What a method gets; `query` and `post` are nested as PHP nests them."""

    state: State
    user: User
    query: php.PhpArray
    post: php.PhpArray
    files: list[Upload] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """The tables."""
        return self.state.store

    def get(self, name: str, default: str = "") -> str:
        """A scalar query parameter; arrays count as absent."""
        value = self.query.get(name, default)
        return value if isinstance(value, str) else default

    def form(self, name: str, default: str = "") -> str:
        """A scalar body parameter; arrays count as absent."""
        value = self.post.get(name, default)
        return value if isinstance(value, str) else default

    def need_get(self, name: str) -> Any:
        """A query parameter that must be truthy (contracts/webasyst §1.5)."""
        if not php.truthy(self.query.get(name)):
            raise missing(name)
        return self.query[name]

    def need(self, name: str) -> Any:
        """A body parameter that must be truthy (contracts/webasyst §1.5)."""
        if not php.truthy(self.post.get(name)):
            raise missing(name)
        return self.post[name]

    def page(self, source: php.PhpArray | None = None, most: int | None = 1000) -> tuple[int, int]:
        """(offset, limit); bad values answer 200 with an error, text counts as 0 (contracts/webasyst §2)."""
        values = self.query if source is None else source
        limit, offset = php.to_int(values.get("limit", "100")), php.to_int(values.get("offset", "0"))
        if limit < 0:
            raise ApiError(
                200, "invalid_param", "A “limit” parameter value must be greater than or equal to zero."
            )
        if most is not None and limit > most:
            raise ApiError(200, "invalid_param", f"A “limit” parameter value must not exceed {most}.")
        if offset < 0:
            raise ApiError(
                200, "invalid_param", "An “offset” parameter value must be greater than or equal to zero."
            )
        return offset, limit


Handler = Callable[[Call], Any]


@dataclass(frozen=True, slots=True)
class Method:
    """An API method: the verbs it accepts and whether it changes something."""

    verbs: tuple[str, ...]
    handler: Handler
    writes: bool = False


def reads(handler: Handler) -> Method:
    """A GET method."""
    return Method(("GET",), handler)


def writes(handler: Handler) -> Method:
    """A POST method."""
    return Method(("POST",), handler, True)


def as_map(value: Any) -> dict[Any, Any]:
    """The parameter if it is an array, else an empty one."""
    return value if isinstance(value, dict) else {}


def php_map(value: dict[Any, Any] | None) -> dict[Any, Any] | list[Any]:
    """An empty PHP map is shown as [] (contracts/webasyst §2)."""
    return value or []
