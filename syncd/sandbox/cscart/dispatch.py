"""From a request to a handler: the checks of the API in their order (cscart §1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.cscart.bodies import decode_body, wants_plain_text
from syncd.sandbox.cscart.call import Call, method_of, parse_resource
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.entities import Entity, Handler
from syncd.sandbox.cscart.login import check_privilege
from syncd.sandbox.cscart.replies import ApiError
from syncd.sandbox.cscart.store import Store
from syncd.sandbox.wire import Request

METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "OPTIONS"})
LEGACY_PAGED = frozenset({"products"})


def answer(
    context: Context, entities: Mapping[str, Entity], request: Request, resource: str, params: php.PhpArray
) -> tuple[int, Any, bool]:
    """Answer a logged-in request: status, data, and whether ``text/plain`` was asked for; raises ApiError."""
    store = context.store
    method = method_of(request, params)
    if method not in METHODS:
        raise ApiError(405)
    if method == "OPTIONS":
        return 200, "", False
    plain_text = wants_plain_text(request)
    for name in store.settings.ignore:
        params.pop(name, None)
    call = _call(store, request, method, resource, params)
    has_body = method in {"POST", "PUT"} or (method == "DELETE" and "content-type" in request.headers)
    if has_body:
        call = call.with_data(decode_body(request, method))
    status, data = _run(context, entities, call)
    return status, _legacy(call, data), plain_text


def _call(store: Store, request: Request, method: str, resource: str, params: php.PhpArray) -> Call:
    version, segments = parse_resource(resource)
    object_id = segments[1] if len(segments) > 1 else None
    lang = _language(store, request, params)
    if (
        version == "1.0"
        and "items_per_page" not in params
        and segments[0] not in LEGACY_PAGED
        and method == "GET"
    ):
        params["items_per_page"] = "0"
    return Call(version, method, segments[0], object_id, tuple(segments[2:]), params, lang=lang)


def _language(store: Store, request: Request, params: php.PhpArray) -> str:
    """Return the request language: ``sl``, else the best match of Accept-Language, else the default (cscart §1.10)."""
    asked = php.to_str(params.get("sl", ""))
    if asked in store.languages:
        return asked
    for part in request.headers.get("accept-language", "").split(","):
        code = part.split(";")[0].strip().lower()[:2]
        if code in store.languages:
            return code
    return store.default_language


def _run(context: Context, entities: Mapping[str, Entity], call: Call) -> tuple[int, Any]:
    entity = entities.get(call.entity)
    if entity is None:
        raise ApiError(404, f"The Entity {call.entity} not found")
    if call.child:
        return _run_child(context, entities, entity, call)
    check_privilege(context.store.settings, entity.privileges[call.method])
    if call.object_id is not None and entity.numeric and not php.is_numeric(call.object_id):
        raise ApiError(404)
    if call.method == "POST" and call.object_id is not None:
        raise ApiError(405, "ID must not be defined")
    if call.method in {"PUT", "DELETE"} and call.object_id is None:
        raise ApiError(405, "Object ID undefined")
    handler = entity.handler(call.method, with_id=call.object_id is not None)
    if handler is None:
        raise ApiError(405)
    if call.method in {"POST", "PUT"} and not call.data:
        raise ApiError(405, "Missing parameters")
    return handler(context, call)


def _run_child(
    context: Context, entities: Mapping[str, Entity], entity: Entity, call: Call
) -> tuple[int, Any]:
    """Answer a sub-resource: another entity in a company's context, or one of the entity's own."""
    check_privilege(context.store.settings, entity.privileges["GET"])
    own: Handler | None = entity.children.get(f"{call.method} {call.child[0]}")
    if own is not None:
        check_privilege(context.store.settings, entity.privileges[call.method])
        return own(context, call)
    if not entity.container:
        raise ApiError(404, f"The Entity {call.child[0]} not found")
    if not php.is_numeric(call.object_id) or call.number not in context.store.companies:
        raise ApiError(404)
    return _run(context, entities, call.descend())


def _legacy(call: Call, data: Any) -> Any:
    """Version 1.0 answers lists bare, without ``params`` (cscart §1.1)."""
    if (
        call.version != "1.0"
        or call.entity in LEGACY_PAGED
        or not isinstance(data, dict)
        or "params" not in data
    ):
        return data
    return next(value for key, value in data.items() if key != "params")
