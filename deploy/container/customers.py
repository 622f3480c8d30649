"""The customers of the demo in compose.yaml: every few seconds something happens in one of the simulated shops.

`python customers.py SECONDS SHOP=CONTROL_URL...` does what each shop's control API offers, in turn, until it is ended.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Mapping
from urllib.request import ProxyHandler, Request, build_opener

# Webasyst's simulated account keeps one currency.
EVENTS: Mapping[str, Mapping[str, str]] = {
    "cscart": {"op": "live"},
    "marketplace": {"op": "place_order", "currency": "USD"},
    "horoshop": {"op": "place_order", "currency": "USD"},
    "justclick": {"op": "place_order"},
}
"""What happens in each shop: a random order, status, price or stock change; or an order."""

_OPENER = build_opener(ProxyHandler({}))
_TIMEOUT = 10.0


def happen(shop: str, control: str) -> str:
    """Let something happen in a shop; a line about it. Raises `OSError` when the shop cannot be reached or refuses."""
    request = Request(f"{control}/edit", json.dumps(EVENTS[shop]).encode())
    with _OPENER.open(request, timeout=_TIMEOUT) as answer:
        return f"{shop}: {EVENTS[shop]['op']} {json.dumps(json.load(answer)['result'], ensure_ascii=False)}"


def main(pause: float, shops: Mapping[str, str]) -> None:
    """Go round the shops for ever."""
    for shop, control in itertools.cycle(shops.items()):
        try:
            print(happen(shop, control), flush=True)
        except OSError as error:
            print(f"{shop}: {error}", flush=True)
        time.sleep(pause)


if __name__ == "__main__":
    main(float(sys.argv[1]), dict(pair.split("=", 1) for pair in sys.argv[2:]))
