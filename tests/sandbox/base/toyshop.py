"""The smallest shop that satisfies the protocol: it echoes and counts what it was asked to do."""

from __future__ import annotations

import json
from typing import Any

from syncd.sandbox.clock import Clock
from syncd.sandbox.wire import Request, Response


class ToyShop:
    """Answers every request with its own words as JSON."""

    name = "toy"

    def __init__(self) -> None:
        self.clock = Clock(1_700_000_000)
        self.worked = 0
        self.notes: list[str] = []

    def handle(self, request: Request) -> Response:
        self.worked += 1
        body = json.dumps(
            {
                "method": request.method,
                "path": request.path,
                "query": request.query,
                "body": request.body.decode(),
            }
        )
        return Response(200, (("Content-Type", "application/json"),), body.encode())

    def method_of(self, request: Request) -> str:
        return f"{request.method} {request.path.strip('/').split('/')[0]}"

    def is_write(self, request: Request) -> bool:
        return request.method != "GET"

    def edit(self, op: str, args: dict[str, Any]) -> Any:
        if op != "note":
            raise ValueError(f"no operation {op}")
        self.notes.append(args["text"])
        return len(self.notes)

    def dump(self) -> dict[str, Any]:
        return {"notes": self.notes}

    def credentials(self) -> dict[str, str]:
        return {"token": "toy"}
