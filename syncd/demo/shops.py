"""The two simulated shops as processes of their own, reached over HTTP like real ones."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from syncd.errors import ShopUnavailable

_CREDENTIALS = ("email", "api_key", "token", "login", "password", "key")
_TIMEOUT = 60.0
"""Seconds that one call may take."""

# The shops listen on this machine: no proxy stands in between, whatever the environment says.
_OPENER = build_opener(ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class DemoShop:
    """A simulated shop: its address, credentials and control address."""

    url: str
    control: str
    credentials: Mapping[str, str]

    def get(self, path: str, **query: object) -> Any:
        """The decoded answer to a call of the shop's API."""
        address = f"{self.url}/{path}" + (f"?{urlencode(query)}" if query else "")
        return _call(Request(address, headers={"Authorization": self._authorization}))

    def counters(self) -> dict[str, Any]:
        """How many requests came in since the last reset: `requests`, `reads`, `writes`, `by_method`."""
        return dict(_call(Request(f"{self.control}/counters")))

    def reset_counters(self) -> None:
        """Count from zero."""
        _call(Request(f"{self.control}/counters", method="DELETE"))

    def dump(self) -> dict[str, Any]:
        """All that the shop holds."""
        return dict(_call(Request(f"{self.control}/dump")))

    def edit(self, op: str, **args: object) -> Any:
        """Do what a customer or the staff does in the shop itself. Raises `ValueError` when the shop refuses."""
        body = json.dumps({"op": op, **args}).encode()
        try:
            return _answer(Request(f"{self.control}/edit", body))["result"]
        except HTTPError as error:
            raise ValueError(json.loads(error.read())["error"]) from None

    @property
    def _authorization(self) -> str:
        if token := self.credentials.get("token"):
            return f"Bearer {token}"
        pair = f"{self.credentials['email']}:{self.credentials['api_key']}"
        return "Basic " + base64.b64encode(pair.encode()).decode()


def _call(request: Request) -> Any:
    try:
        return _answer(request)
    except OSError as error:
        raise ShopUnavailable(f"{request.get_method()} {request.full_url}: {error}") from None


def _answer(request: Request) -> Any:
    with _OPENER.open(request, timeout=_TIMEOUT) as answer:
        return json.loads(answer.read())


@contextmanager
def started(kind: str, *, products: int, orders: int) -> Iterator[DemoShop]:
    """A simulated shop for the block, by the name that `python -m syncd.sandbox` has for it.

    Raises `ShopUnavailable` when it does not start.
    """
    command = [
        *(sys.executable, "-m", "syncd.sandbox", kind, "--until-stdin-ends"),
        *("--products", str(products), "--orders", str(orders)),
    ]
    # A session of its own: Ctrl-C is for the demo, which needs the shops until its last record is done.
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    with process:
        try:
            assert process.stdout is not None  # it is a pipe
            line = process.stdout.readline()
            if not line:
                raise ShopUnavailable(f"the simulated {kind} shop did not start; its reason stands above")
            said = json.loads(line)
            credentials = {name: said[name] for name in _CREDENTIALS if name in said}
            yield DemoShop(said["url"], said["control"], credentials)
        finally:
            process.terminate()
