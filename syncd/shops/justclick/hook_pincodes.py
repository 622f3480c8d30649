"""Pin codes in calls of JustClick: sold secrets, which are the buyer's and are not kept (contracts/sources §2.5)."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote_to_bytes

from syncd.model.hook import HookCall
from syncd.shops.mask import HIDDEN, Mask
from syncd.shops.mask_body import mask_body

_NAME = b"pincode"


def without_pincodes(call: HookCall) -> HookCall:
    """The call as it may be kept: whatever a field called after a pin code says is hidden, in a form, a query or JSON.

    The same call is the same afterwards, byte by byte; a call without pin codes is not touched.
    """
    if _NAME not in unquote_to_bytes(call.body + call.query.encode("latin-1", "replace")).lower():
        return call
    query = _form(call.query.encode("latin-1", "replace")).decode("latin-1")
    if call.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        text = mask_body(call.body.decode("utf-8", "replace"), Mask(personal=False))
        return replace(call, body=text.encode(), query=query)
    return replace(call, body=_form(call.body), query=query)


def _form(encoded: bytes) -> bytes:
    return b"&".join(_field(field) for field in encoded.split(b"&"))


def _field(field: bytes) -> bytes:
    name, equals, _ = field.partition(b"=")
    hidden = equals and _NAME in unquote_to_bytes(name).lower()
    return name + equals + HIDDEN.encode() if hidden else field
