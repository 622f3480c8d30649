"""Serving product images under their public URLs (contracts/webasyst §3.8)."""

from __future__ import annotations

import re

from syncd.sandbox.wire import Request, Response

from .answers import html_error
from .state import State

_PATH = re.compile(r"/wa-data/public/shop/products/\d\d/\d\d/(\d+)/images/(\d+)/\2\.[\w@]+\.(\w+)")
_KINDS = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
}


def serve(state: State, request: Request) -> Response:
    """The uploaded bytes for every size; 404 for anything else."""
    found = _PATH.fullmatch(request.path)
    image = state.store.images.get(int(found[2])) if found else None
    if found is None or image is None or image.broken or request.method not in ("GET", "HEAD"):
        return html_error(404, "404 Not Found")
    kind = _KINDS.get(image.ext, "application/octet-stream")
    return Response(200, (("Content-Type", kind),), image.content if request.method == "GET" else b"")
