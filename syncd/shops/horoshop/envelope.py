"""The envelope of every answer, `{"status": ..., "response": ...}`, and what its status means (contracts/sources §1.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from syncd.errors import BrokenAnswer, InDoubt, Misconfigured, Refused, ShopUnavailable, SyncdError
from syncd.shops.answer import Answer
from syncd.shops.row import Row

EMPTY = "EMPTY"
_DONE = frozenset({"OK", "WARNING"})
_UNAUTHORISED = frozenset({"UNAUTHORIZED", "AUTHORIZATION_ERROR"})
_FAILED = frozenset({"ERROR", "EXCEPTION"})
_TOKEN = ("token", "токен")
_LONGEST = 200

Hide = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Envelope:
    """An answer taken apart. `status` is empty where there is no envelope: a page, or an answer of `hooks/*`."""

    status: str
    response: Any
    answer: Answer

    @classmethod
    def of(cls, answer: Answer) -> Envelope:
        """The envelope in an answer; never fails, what it means is asked afterwards."""
        try:
            value = answer.json()
        except BrokenAnswer:
            value = None
        status = value.get("status") if isinstance(value, dict) else None
        if not isinstance(status, str):
            return cls("", value, answer)
        # The answers of hooks/* have no "response": what they say stands beside the status (contracts/sources §1.6).
        return cls(status.upper(), value.get("response", value), answer)

    @property
    def unauthorised(self) -> bool:
        """Whether the token was not taken: by status, by HTTP, or by an error whose text speaks of the token."""
        if self.answer.status == HTTPStatus.UNAUTHORIZED or self.status in _UNAUTHORISED:
            return True
        text = self._message().lower()
        return self.status in _FAILED and any(word in text for word in _TOKEN)

    def told(self, hide: Hide) -> str:
        """Status and text for an error message, masked before they are cut: half a token is a secret too."""
        if not self.status:
            return f"status {self.answer.status} and {self._body()}"
        return f"{self.status}: {hide(self._message())[:_LONGEST] or 'no text'}"

    def fields(self, function: str) -> Row:
        """The object in `response`. Raises `BrokenAnswer` when it is none."""
        return Row.of(self.response, f"the answer to {function}")

    def read(self, function: str, hide: Hide) -> Row:
        """What a read brought; an empty object for EMPTY.

        Raises `Misconfigured` where no repetition helps (UNDEFINED_FUNCTION, HTTP_ERROR), `ShopUnavailable` for an error of
        the shop or a page, `BrokenAnswer` for what the contract does not know.
        """
        if self.status == EMPTY:
            return Row({}, function)
        if self.status in _DONE:
            return self.fields(function)
        raise self.trouble(function, hide) or ShopUnavailable(
            f"Horoshop failed at {function} ({self.told(hide)}); it is asked again later"
        )

    def written(self, function: str, hide: Hide) -> Row:
        """What a write brought.

        Raises `Refused` when the shop rejected it, `Misconfigured` as for a read, and `InDoubt` for everything else: an
        EXCEPTION can come after the work.
        """
        if self.status in _DONE:
            return Row(self.response if isinstance(self.response, dict) else {}, function)
        if self.status in {"ERROR", EMPTY}:
            raise Refused(f"Horoshop refused {function} ({self.told(hide)}); nothing was written")
        trouble = self.trouble(function, hide)
        if isinstance(trouble, Misconfigured):
            raise trouble
        ended = bool(self.status)
        raise InDoubt(
            f"Horoshop answered {function} with {self.told(hide)}; whether it was done is unknown",
            ended=ended,
        )

    def trouble(self, function: str, hide: Hide) -> SyncdError | None:
        """What a status that is neither a success nor a failure of the shop's own means."""
        if self.status == "UNDEFINED_FUNCTION":
            return Misconfigured(
                f"Horoshop does not know the function {function}. Check that the address is the shop's own, with the scheme "
                "of its site; otherwise the shop is too old for it and must be updated."
            )
        if self.status == "HTTP_ERROR":
            return Misconfigured(
                f"Horoshop could not read our call of {function} ({self.told(hide)}). A proxy on the way changes the body, "
                "or this is an error of syncd; please report it."
            )
        if self.status in _FAILED:
            return None
        if self.status:
            return BrokenAnswer(f"Horoshop answered {function} with an unknown status ({self.told(hide)})")
        return ShopUnavailable(
            f"Horoshop: {function} was answered with status {self.answer.status} and {self._body()}. It is asked again "
            "later; if it lasts, set a browser-like User-Agent for the shop, or allow the calls in its protection."
        )

    def _message(self) -> str:
        text = self.response.get("message") if isinstance(self.response, dict) else None
        return text if isinstance(text, str) else ""

    def _body(self) -> str:
        """What came instead of an envelope; a page is not repeated."""
        if not self.answer.body:
            return "nothing"
        return "JSON without an envelope" if self.response is not None else "a page that is not JSON"
