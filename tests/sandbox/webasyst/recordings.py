"""Loading the recordings, sending them to the sandbox, and comparing answers by status, error code, keys and types."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from syncd.sandbox.clock import Clock
from syncd.sandbox.webasyst import WebasystShop
from syncd.sandbox.wire import Request, Response

HERE = Path(__file__).parent
FIXTURES = HERE.parents[1] / "data" / "webasyst" / "fixtures"
# 2026-11-21 04:26:13 UTC, when most of the recordings were made.
RECORDED_AT = 1795235173.0
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x14\x00\x00\x00\x14\x08\x02\x00\x00\x00\x02\xeb\x8aZ"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)
# Compared by value too, wherever both answers have them as plain values.
VALUES = {
    "error",
    "offset",
    "limit",
    "status",
    "state_id",
    "before_state_id",
    "after_state_id",
    "action_id",
    "currency",
    "total",
    "shipping",
    "discount",
    "quantity",
    "available",
    "stock_counting_action",
}
# The number of rows found is compared, the stock of a product is not: it differs from day to day.
COUNTED = {".count"}


@dataclass(frozen=True)
class Recording:
    """One request with its recorded answer."""

    name: str
    request: dict[str, Any]
    response: dict[str, Any]


def load() -> dict[str, Recording]:
    """All recordings by "group/name"."""
    found = {}
    for path in sorted(FIXTURES.glob("*.json")):
        for name, row in json.loads(path.read_text(encoding="utf-8")).items():
            key = f"{path.stem}/{name}"
            found[key] = Recording(key, row["request"], row["response"])
    return found


def stages() -> list[dict[str, Any]]:
    """The set-ups: which state to start from, and what to send in which order."""
    rows: list[dict[str, Any]] = tomllib.loads((HERE / "stages.toml").read_text(encoding="utf-8"))["stage"]
    return rows


def left_out() -> dict[str, str]:
    """Recordings that are not expected to agree, with the reason."""
    rows: dict[str, str] = tomllib.loads((HERE / "left_out.toml").read_text(encoding="utf-8"))
    return rows


class Replay:
    """One shop that goes through the steps of a stage."""

    def __init__(self, stage: dict[str, Any]) -> None:
        """Start from "empty", "catalogue" (no orders, no customers) or "recorded"."""
        start = stage["start"]
        self.clock = Clock(RECORDED_AT)
        seed = "empty" if start == "empty" else "recorded"
        self.shop = WebasystShop(
            clock=self.clock,
            seed=seed,
            stocks=stage.get("stocks", 2),
            currencies=stage.get("currencies"),
        )
        if start == "catalogue":
            drop_orders(self.shop)
        for product in self.shop.state.store.products if start == "catalogue" else ():
            product.edit_datetime = product.edit_datetime and min(
                product.edit_datetime, "2026-11-21 03:58:36"
            )
        self.token = self.shop.token
        self.cookies: dict[str, str] = {}
        self.code = ""

    def prepare(self, step: dict[str, Any]) -> None:
        """A step that is no recording: an edit, a form, the next ids, the clock, or another user."""
        if "edit" in step:
            args = {
                key: self.token if value == "TOKEN" else value for key, value in step.get("args", {}).items()
            }
            made = self.shop.edit(step["edit"], args)
            if step["edit"] == "token.create":
                self.token = made
        if "post" in step:
            kind = {"content-type": "application/x-www-form-urlencoded"}
            answer = self.send("POST", "/api.php/" + step["post"], kind, step["form"].encode())
            assert answer.status == 200, (step, answer.body)
        for table, key in step.get("next", {}).items():
            getattr(self.shop.state.store, table).next_id = key
        self.clock.advance(step.get("advance", 0))
        if step.get("user") == "admin":
            self.token = self.shop.token

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Response:
        """One request with the current token."""
        path, _, query = url.partition("?")
        sent = {"authorization": f"Bearer {self.token}", "user-agent": "python-requests/2.34.2", **headers}
        return self.shop.handle(Request(method, path, query, sent, body))

    def play(self, recording: Recording) -> Response:
        """Send a recorded request."""
        asked = recording.request
        headers = {name.lower(): self._filled(value) for name, value in asked["headers"].items()}
        headers.setdefault("authorization", "")
        if not asked["headers"].get("Authorization"):
            headers.pop("authorization")
        if recording.name.startswith("oauth/") and self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body, kind = self._body(asked)
        if kind:
            headers["content-type"] = kind
        path, _, query = self._filled(asked["url"]).partition("?")
        self._set_clock(recording)
        answer = self.shop.handle(Request(asked["method"], path, query, headers, body))
        self._remember(answer)
        return answer

    def _set_clock(self, recording: Recording) -> None:
        """Writes happen at the time that their recorded answer shows."""
        moments = re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", json.dumps(recording.response["body"]))
        if recording.request["method"] == "POST" and moments and not recording.name.startswith("oauth/"):
            self.clock.set(
                datetime.strptime(max(moments), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp()
            )

    def _filled(self, text: str) -> str:
        return text.replace("TOKEN", self.token)

    def _body(self, asked: dict[str, Any]) -> tuple[bytes, str]:
        body = asked["body"]
        if isinstance(body, dict) and "multipart_files" in body:
            return multipart(body), "multipart/form-data; boundary=cut"
        if isinstance(body, str) and asked["headers"].get("Content-Type", "").startswith("application/json"):
            return body.encode(), "application/json"
        if asked["form"]:
            pairs = [(name, self._secret(name, value)) for name, value in asked["form"]]
            return urlencode(pairs).encode(), "application/x-www-form-urlencoded"
        return b"", "application/x-www-form-urlencoded" if asked["method"] == "POST" else ""

    def _secret(self, name: str, value: str) -> str:
        if name == "_csrf" and value == "CSRF":
            return self.cookies.get("_csrf", "")
        if name == "code" and len(value) == 32:
            return self.code
        return self._filled(value) if name == "access_token" else value

    def _remember(self, answer: Response) -> None:
        for name, value in answer.headers:
            if name == "Set-Cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
            if name == "Location" and "code=" in value:
                self.code = value.rpartition("code=")[2]


def drop_orders(shop: WebasystShop) -> None:
    """Take orders and customers away, as the shop was before the order experiments."""
    store = shop.state.store
    for table in (store.orders, store.items, store.log, store.contacts):
        for key in [key for key in table.ids if table is not store.contacts or key > 1]:
            table.drop(key)
        table.next_id = 2 if table is store.contacts else 1
    store.order_log.clear()


def multipart(body: dict[str, Any]) -> bytes:
    """A form with files; pictures are a small png, whatever they are called."""
    parts = []
    for name, value in body["multipart_fields"]:
        parts.append(f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, filename, kind in body["multipart_files"]:
        head = f'--cut\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        content = b"just text" if kind.startswith("text/") else PNG
        parts.append(f"{head}Content-Type: {kind}\r\n\r\n".encode() + content + b"\r\n")
    return b"".join(parts) + b"--cut--\r\n"


def differences(recording: Recording, answer: Response) -> list[str]:
    """Where the sandbox's answer disagrees with the recorded one."""
    wanted = recording.response
    found = []
    if answer.status != wanted["status"]:
        found.append(f"status {answer.status} instead of {wanted['status']}: {answer.body[:150]!r}")
    kind = next(value for name, value in answer.headers if name == "Content-Type")
    if kind != wanted["headers"]["Content-Type"]:
        found.append(f"content type {kind} instead of {wanted['headers']['Content-Type']}")
    if not wanted["body_is_json"]:
        return found + text_differences(recording, kind, answer.body.decode())
    try:
        body = json.loads(answer.body)
    except ValueError:
        return [*found, f"not JSON: {answer.body[:100]!r}"]
    return found + compare("", wanted["body"], body)


def text_differences(recording: Recording, kind: str, got: str) -> list[str]:
    """Pages were not kept in full, so they must only be there; other texts must be equal up to the token."""
    wanted = str(recording.response["body"])
    if wanted.startswith("[HTML page"):
        return [] if got.startswith("<!DOCTYPE html>") else [f"no page: {got[:80]!r}"]
    got = re.sub(r"[0-9a-f]{32}", "TOKEN", got)
    return [] if got == wanted else [f"text {got[:80]!r} instead of {wanted[:80]!r}"]


def compare(place: str, wanted: Any, got: Any) -> list[str]:
    """Keys and types all the way down; some fields by value."""
    if type(wanted) is not type(got) and {type(wanted), type(got)} != {int, float}:
        kinds = (
            f"{type(got).__name__} {str(got)[:60]!r} instead of {type(wanted).__name__} {str(wanted)[:60]!r}"
        )
        return [f"{place}: {kinds}"]
    if isinstance(wanted, dict):
        return compare_maps(place, wanted, got)
    if isinstance(wanted, list):
        return compare_lists(place, wanted, got)
    by_value = place.rpartition(".")[2] in VALUES or (place in COUNTED and isinstance(wanted, int))
    return [f"{place}: {got!r} instead of {wanted!r}"] if by_value and wanted != got else []


def compare_lists(place: str, wanted: list[Any], got: list[Any]) -> list[str]:
    """As many elements, each alike."""
    if len(wanted) != len(got):
        return [f"{place}: {len(got)} elements instead of {len(wanted)}"]
    pairs = zip(wanted, got, strict=True)
    return [line for number, pair in enumerate(pairs) for line in compare(f"{place}[{number}]", *pair)]


def compare_maps(place: str, wanted: dict[str, Any], got: dict[str, Any]) -> list[str]:
    """Maps keyed by ids are compared as lists; others must have the same keys."""
    if wanted and all(key.isdigit() for key in wanted) and got and all(key.isdigit() for key in got):
        return compare(place + ".*", list(wanted.values()), list(got.values()))
    found = [f"{place}: key {key} is missing" for key in wanted if key not in got]
    found += [f"{place}: key {key} is too many" for key in got if key not in wanted]
    for key, value in wanted.items():
        if key in got:
            found += compare(f"{place}.{key}", value, got[key])
    return found
