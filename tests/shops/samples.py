"""The samples of contracts/sources, as text, as JSON, and as calls of a hook."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from syncd.model.hook import HookCall

_SAMPLES = Path(__file__).parents[1] / "data" / "sources" / "samples"


def sample_bytes(name: str) -> bytes:
    """A sample as it stands on the wire."""
    return (_SAMPLES / name).read_bytes()


def sample(name: str) -> Any:
    """A sample as parsed JSON, numbers with a fraction as Decimal, as the transport reads them."""
    return json.loads(sample_bytes(name), parse_float=Decimal)


def names(start: str) -> set[str]:
    """The samples whose names start so."""
    return {path.name for path in _SAMPLES.glob(f"{start}*")}


def hook(
    event: str, body: bytes, *, method: str = "POST", kind: str = "application/json", query: str = ""
) -> HookCall:
    """A call of a hook, as it is read."""
    return HookCall(event=event, method=method, content_type=kind, body=body, query=query)
