"""What an answer of CS-Cart means: whether the API itself speaks, what it refuses, and whether a write can have been done.

Facts: contracts/cscart §1.2, §1.3, §1.6, §7.1. The API repeats its status in the body; whatever else answers is a web
server or a firewall, and says nothing about records.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from syncd.errors import BrokenAnswer, InDoubt, NotAuthorised, Refused, ShopUnavailable, SyncdError
from syncd.shops.cscart.address import is_json
from syncd.shops.transport import Answer

_DONE = frozenset({HTTPStatus.OK, HTTPStatus.CREATED})
_REFUSALS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
_BLOCKED = frozenset(
    {
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.NOT_ACCEPTABLE,
    }
)
"""What firewalls and web servers answer to a request that they do not pass on (contracts/cscart §7.1)."""
_LONGEST = 200


def says(answer: Answer, status: HTTPStatus) -> bool:
    """Whether the API itself answers with this status."""
    return answer.status == status and str(_body(answer).get("status")) == str(int(status))


def trouble_of_read(answer: Answer, resource: str, privilege: str) -> SyncdError:
    """What a status that is not a success means for a read."""
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return _refused_key()
    if says(answer, HTTPStatus.FORBIDDEN):
        return _missing_right(answer, resource, privilege)
    kind = "API" if is_json(answer) else "web server or a firewall, not the API,"
    return ShopUnavailable(
        f"CS-Cart: the {kind} answered {answer.status} to {resource}: {_message(answer)}. It is asked again later; if a "
        "firewall blocks the calls, allow them there."
    )


def judge_write(answer: Answer, call: str, privilege: str) -> Any:
    """The JSON of a write that was done; `call` names it in errors, `privilege` is what it needs.

    Raises `NotAuthorised`, `Refused` (code "gone" for 404) or `ShopUnavailable` (blocked by a firewall or the web server)
    when nothing was written, and `InDoubt` for everything else: a 500, a page or nothing with status 200, broken JSON.
    """
    if answer.status not in _DONE:
        raise _trouble_of_write(answer, call, privilege)
    with answer_of_write(call):
        return answer.json()


@contextmanager
def answer_of_write(call: str) -> Iterator[None]:
    """Reading the answer to a write: what is not what the contract promises leaves the write in doubt."""
    try:
        yield
    except BrokenAnswer as error:
        raise _unsure(call, f"an unexpected answer ({error})", ended=True) from error


def _trouble_of_write(answer: Answer, call: str, privilege: str) -> SyncdError:
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return _refused_key()
    if says(answer, HTTPStatus.FORBIDDEN):
        return _forbidden(answer, call, privilege)
    if any(says(answer, status) for status in _REFUSALS):
        code = "gone" if answer.status == HTTPStatus.NOT_FOUND else None
        return Refused(f"CS-Cart refused {call} ({answer.status}): {_message(answer)}", code=code)
    if answer.status in _BLOCKED and not is_json(answer):
        return ShopUnavailable(
            f"CS-Cart: the web server or a firewall blocked {call} with a page and status {answer.status}. Nothing was "
            "written. Allow the API's calls there, PUT and POST included."
        )
    ended = answer.status == HTTPStatus.INTERNAL_SERVER_ERROR
    return _unsure(call, f"status {answer.status}: {_message(answer)}", ended=ended)


def _forbidden(answer: Answer, call: str, privilege: str) -> SyncdError:
    """403 stands for a missing privilege, then without reasons, and for what the shop's rules forbid this one record
    (contracts/cscart §1.6). Plain http is refused with a reason too, but to every call alike."""
    if _gives_reasons(answer) and "HTTPS" not in _message(answer):
        return Refused(f"CS-Cart does not allow {call} (403): {_message(answer)}")
    return _missing_right(answer, call, privilege)


def _refused_key() -> NotAuthorised:
    return NotAuthorised(
        "CS-Cart refuses the key (401). Check SYNCD_CSCART__EMAIL (an active administrator) and SYNCD_CSCART__API_KEY. "
        "If both are right, the web server loses the Authorization header before PHP sees it: keep the rule for it of "
        "the stock .htaccess, or pass the header on in the CGI/FastCGI settings."
    )


def _missing_right(answer: Answer, call: str, privilege: str) -> NotAuthorised:
    return NotAuthorised(
        f"CS-Cart refuses {call} (403: {_message(answer)}). The administrator behind SYNCD_CSCART__EMAIL needs the "
        f"privilege {privilege} in its user group; if the message speaks of HTTPS, SYNCD_CSCART__URL must begin with "
        "https://."
    )


def _unsure(call: str, what: str, *, ended: bool) -> InDoubt:
    """`ended` is true where PHP answered; a proxy that answers for it may have lost patience while PHP works on."""
    return InDoubt(
        f"CS-Cart answered {call} with {what}; whether it was done is unknown. "
        "It is looked for before it is sent again.",
        ended=ended,
    )


def _gives_reasons(answer: Answer) -> bool:
    body = _body(answer)
    return bool(body.get("messages") or body.get("errors"))


def _message(answer: Answer) -> str:
    """The API's own words, in the shop's language; a page is not repeated."""
    if not is_json(answer):
        return "a web page" if answer.body else "nothing"
    text = _body(answer).get("message")
    return text[:_LONGEST] if isinstance(text, str) else "no message"


def _body(answer: Answer) -> dict[str, Any]:
    try:
        body = answer.json()
    except BrokenAnswer:
        return {}
    return body if isinstance(body, dict) else {}
