"""Pictures of products: their address, and the file name they are passed on under."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit

from syncd.errors import SetAside
from syncd.shops.picture_kind import picture_kind

MAX_BYTES = 20 * 1024 * 1024
"""Larger than any picture that a shop shows; the size is checked while it is read."""

_SAFE = "%/:=&?~#+!$,;'@()*[]"
_UNFIT = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_LONGEST_STEM = 100


def picture_url(url: str) -> str:
    """The address of a picture with everything escaped that must be; relative ones stay relative to the shop's own, and a
    host in letters of its own ("магазин.рф") stays a name.

    Raises `SetAside` for anything that is not fetched by http or https.
    """
    address = url.strip()
    if address.startswith("//"):
        address = f"https:{address}"
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        raise SetAside(f"the picture's address {url!r} is not an address", code="image") from None
    relative = not parts.scheme and parts.path.strip("/")
    if not relative and not (parts.scheme in {"http", "https"} and host):
        raise SetAside(f"the picture's address {url!r} is neither http nor https", code="image")
    host_ends = address.index(parts.netloc) + len(parts.netloc)
    return address[:host_ends] + quote(address[host_ends:], safe=_SAFE)


def picture_name(url: str, content: bytes) -> str:
    """The file name in the address, with the extension that the content really has.

    Raises `SetAside` when the content is none of the kinds that both shops take: png, jpg, gif, webp.
    """
    kind = picture_kind(content)
    if kind is None:
        raise SetAside(f"what lies at {url} is not a png, jpg, gif or webp picture", code="image")
    last = unquote(urlsplit(url).path).rsplit("/", 1)[-1]
    stem, dot, extension = _UNFIT.sub("_", last).rpartition(".")
    if not dot:
        stem, extension = extension, ""
    same = {"jpeg": "jpg"}.get(extension.lower(), extension.lower()) == kind
    return f"{stem[:_LONGEST_STEM].strip(' ._') or 'image'}.{extension.lower() if same else kind}"
