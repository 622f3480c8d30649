"""Faults: rules that say which requests go wrong, how, and how often."""

from __future__ import annotations

import random
import re
from dataclasses import asdict, dataclass, field
from threading import Lock
from typing import Any

from syncd.sandbox.wire import Request

WORK_KINDS = frozenset({"status", "drop", "delay", "reset"})
ANSWER_KINDS = frozenset(
    {"truncate", "cut", "html", "bom", "warning", "empty", "drip", "stall", "endless", "gzip_bomb"}
)
MATCH_KEYS = frozenset({"method", "path", "name", "body"})


@dataclass(slots=True)
class Fault:
    """One rule. ``when`` is ``before`` the shop's work, ``after`` it, or in the ``answer``.

    ``match`` may hold ``method``, ``path`` (pattern on path and query), ``name`` (method name) and ``body``
    (pattern). The first ``skip`` matching requests are spared, then at most ``times`` are hit (None: no limit),
    each with ``probability``. ``seconds`` is the length of a delay or the pause between dripped bytes; ``size`` the
    unpacked bytes of a gzip bomb; ``status``, ``body``, ``content_type`` and ``headers`` make a replaced answer.
    """

    when: str
    kind: str
    match: dict[str, str] = field(default_factory=dict)
    skip: int = 0
    times: int | None = 1
    probability: float = 1.0
    seconds: float = 1.0
    size: int = 64 * 1024 * 1024
    status: int = 500
    body: str = ""
    content_type: str = "text/html"
    headers: dict[str, str] = field(default_factory=dict)
    seen: int = 0
    hits: int = 0

    def __post_init__(self) -> None:
        """Check the rule; raises ValueError that names the wrong part."""
        kinds = {"before": WORK_KINDS, "after": WORK_KINDS, "answer": ANSWER_KINDS}.get(self.when)
        if kinds is None:
            raise ValueError(f"fault: 'when' must be before, after or answer, not {self.when!r}")
        if self.kind not in kinds:
            raise ValueError(
                f"fault: kind {self.kind!r} is unknown {self.when}; one of {', '.join(sorted(kinds))}"
            )
        if unknown := set(self.match) - MATCH_KEYS:
            raise ValueError(f"fault: cannot match by {', '.join(sorted(unknown))}")
        for key in ("path", "body"):
            try:
                re.compile(self.match.get(key, ""))
            except re.error as error:
                raise ValueError(f"fault: the pattern for {key} is broken: {error}") from error

    def fits(self, request: Request, name: str) -> bool:
        """Tell whether the rule is about this request."""
        match = self.match
        if "method" in match and match["method"].upper() != request.method:
            return False
        if "name" in match and match["name"] != name:
            return False
        if "path" in match and not re.search(match["path"], request.target):
            return False
        return (
            "body" not in match
            or re.search(match["body"], request.body.decode("utf-8", "replace")) is not None
        )


class FaultPlan:
    """The rules in force, in order; the first that strikes wins. Random choices depend on the seed only."""

    def __init__(self, seed: int = 0) -> None:
        """Start without rules."""
        self._random = random.Random(seed)
        self._faults: list[Fault] = []
        self._lock = Lock()

    def add(self, fault: Fault | dict[str, Any]) -> Fault:
        """Add a rule, also from its JSON form; raises ValueError when it makes no sense."""
        if not isinstance(fault, Fault):
            try:
                fault = Fault(**fault)
            except TypeError as error:
                raise ValueError(f"fault: {error}") from error
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Drop all rules."""
        with self._lock:
            self._faults.clear()

    def describe(self) -> list[dict[str, Any]]:
        """Return the rules with their counts, fit for JSON."""
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def strike(self, when: str, request: Request, name: str) -> Fault | None:
        """Return the rule that hits this request at this moment, and count it."""
        with self._lock:
            for fault in self._faults:
                if fault.when == when and fault.fits(request, name) and self._takes(fault):
                    return fault
        return None

    def _takes(self, fault: Fault) -> bool:
        fault.seen += 1
        if fault.seen <= fault.skip or (fault.times is not None and fault.hits >= fault.times):
            return False
        if fault.probability < 1.0 and self._random.random() >= fault.probability:
            return False
        fault.hits += 1
        return True
