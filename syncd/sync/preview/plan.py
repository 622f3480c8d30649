"""A plan as a file: JSON of a fixed, versioned shape."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from syncd.errors import Misconfigured
from syncd.sync.preview.writes import Field, Write

VERSION = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """What the next cycles would write. `shops` are the addresses that it is made for; `starts` hold since when orders are
    brought where that is the first start: the application of the plan keeps to it."""

    made_at: datetime
    streams: Sequence[str]
    shops: Mapping[str, str]
    account: str
    starts: Mapping[str, datetime]
    writes: Sequence[Write]
    brakes: Sequence[str] = field(default=())
    """What the brakes hold back, in words; it is not among the writes."""
    set_aside: Sequence[str] = field(default=())
    """Records that cannot go on, in words."""


def as_json(plan: Plan) -> dict[str, Any]:
    """The plan as it is written to a file."""
    return {
        "version": VERSION,
        "made_at": plan.made_at.isoformat(),
        "streams": list(plan.streams),
        "shops": dict(plan.shops),
        "account": plan.account,
        "starts": {name: at.isoformat() for name, at in plan.starts.items()},
        "writes": [_write_json(write) for write in plan.writes],
        "brakes": list(plan.brakes),
        "set_aside": list(plan.set_aside),
    }


def spelled(plan: Plan) -> str:
    """The text of a plan's file."""
    return json.dumps(as_json(plan), ensure_ascii=False, indent=1) + "\n"


def _write_json(write: Write) -> dict[str, Any]:
    fields = [{"name": one.name, "before": one.before, "after": one.after} for one in write.fields]
    return {
        "stream": write.stream,
        "record": write.record,
        "action": write.action,
        "target": write.target,
        "fields": fields,
    }


def read(text: str, name: str) -> Plan:
    """The plan in a file's text; `name` is how it is called in messages. Raises `Misconfigured`."""
    try:
        told = json.loads(text)
        if not isinstance(told, dict) or told.get("version") != VERSION:
            version = told.get("version") if isinstance(told, dict) else None
            raise Misconfigured(
                f"{name} is no plan that this syncd can read (version {version}, not {VERSION}); make one with "
                "'syncd plan -o FILE'"
            )
        return Plan(
            made_at=datetime.fromisoformat(told["made_at"]),
            streams=[str(stream) for stream in told["streams"]],
            shops={str(shop): str(url) for shop, url in told["shops"].items()},
            account=str(told["account"]),
            starts={str(key): datetime.fromisoformat(at) for key, at in told["starts"].items()},
            writes=[_write(one) for one in told["writes"]],
            brakes=told["brakes"],
            set_aside=told["set_aside"],
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Misconfigured(
            f"{name} is no plan ({type(error).__name__}: {error}); make one with 'syncd plan -o FILE'"
        ) from error


def _write(told: Mapping[str, Any]) -> Write:
    fields = tuple(Field(str(one["name"]), str(one["before"]), str(one["after"])) for one in told["fields"])
    return Write(str(told["stream"]), str(told["record"]), str(told["action"]), str(told["target"]), fields)
