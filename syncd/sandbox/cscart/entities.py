"""The entities of the API: which privilege each method needs and which function answers it (cscart §1.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from syncd.sandbox.cscart.call import Call
from syncd.sandbox.cscart.context import Context

Handler = Callable[[Context, Call], tuple[int, Any]]


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity. A missing handler answers 405.

    ``privileges`` gives the name needed per method; ``children`` the functions for sub-resources by
    ``METHOD name``; ``numeric`` is False where ids in the path need not be numbers.
    """

    name: str
    privileges: dict[str, str]
    index: Handler | None = None
    read: Handler | None = None
    create: Handler | None = None
    update: Handler | None = None
    delete: Handler | None = None
    children: dict[str, Handler] = field(default_factory=dict)
    numeric: bool = True
    container: bool = False

    def handler(self, method: str, *, with_id: bool) -> Handler | None:
        """Return the function for a method, None when the entity does not do that."""
        if method == "GET":
            return self.read if with_id else self.index
        return {"POST": self.create, "PUT": self.update, "DELETE": self.delete}.get(method)


def privileges(
    view: str, manage: str, update: str | None = None, delete: str | None = None
) -> dict[str, str]:
    """Return the privileges by method; ``manage`` stands for all that write unless given."""
    return {"GET": view, "POST": manage, "PUT": update or manage, "DELETE": delete or manage}
