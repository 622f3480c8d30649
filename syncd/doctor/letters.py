"""CS-Cart's status letters against the two maps, SYNCD_STATUSES and SYNCD_STATUSES_BACK."""

from __future__ import annotations

from collections.abc import Mapping, Set

from syncd.doctor.finding import Finding, error, ok, warning
from syncd.model.status import Target

SUBJECT = "cscart"
HIDDEN = frozenset("NT")
"""Incomplete orders and parents of split ones: letters that the shop never lists (contracts/cscart §5)."""


def letters(
    shop: Mapping[str, str], statuses: Mapping[str, Target], back: Mapping[str, str], skipped: Set[str]
) -> list[Finding]:
    """`shop` has the letters with the shop's words; `skipped` are those that a person chose to skip."""
    known = shop.keys() | HIDDEN
    found = [
        *_unknown("SYNCD_STATUSES", sorted(statuses.keys() - known), shop),
        *_unknown("SYNCD_STATUSES_BACK", sorted(set(back.values()) - shop.keys()), shop),
        *_unknown("SYNCD_ORDERS__SKIP_STATUSES", sorted(skipped - known), shop),
    ]
    return [*found, _coverage(shop, statuses)]


def proposal(shop: Mapping[str, str]) -> list[str]:
    """Lines for a new settings file: the shop's letters, and a map to begin with."""
    if not shop:
        return []
    return [f"CS-Cart's statuses: {_words(shop)}. What do they mean in Webasyst?", _example(shop)]


def _unknown(setting: str, wrong: list[str], shop: Mapping[str, str]) -> list[Finding]:
    if not wrong:
        return []
    why = "An order never has such a status, so that entry does nothing."
    if setting == "SYNCD_STATUSES_BACK":
        why = "CS-Cart stores any letter it is told; syncd refuses to write one that the shop does not know."
    return [
        error(
            SUBJECT,
            "status letters",
            f"{setting} names {', '.join(wrong)}, which CS-Cart does not have",
            why=why,
            fix=f"The shop has {_words(shop)}: correct {setting}.",
        )
    ]


def _coverage(shop: Mapping[str, str], statuses: Mapping[str, Target]) -> Finding:
    if not statuses:
        return warning(
            SUBJECT,
            "status map",
            "SYNCD_STATUSES is empty",
            why="Orders are created in Webasyst and then stay new there, whatever happens to them in CS-Cart.",
            fix=f"Say what the letters mean, e.g. {_example(shop)}. The shop has {_words(shop)}.",
        )
    rest = {letter: words for letter, words in shop.items() if letter not in statuses}
    if not rest:
        return ok(SUBJECT, "status map", "every status letter has a meaning")
    return ok(
        SUBJECT,
        "status map",
        f"letters without a meaning: {_words(rest)}",
        why="An order in such a status stays where it is in Webasyst.",
        fix="Add a letter to SYNCD_STATUSES if that is not meant.",
    )


def _words(shop: Mapping[str, str]) -> str:
    return ", ".join(f"{letter} ({words})" for letter, words in shop.items()) or "none at all"


def _example(shop: Mapping[str, str]) -> str:
    """A map that fits the letters of a fresh shop, as far as this one has them."""
    usual = {"P": "processed", "C": "completed"}
    known = {letter: meaning for letter, meaning in usual.items() if letter in shop} or usual
    return "SYNCD_STATUSES={" + ",".join(f'"{letter}":"{meaning}"' for letter, meaning in known.items()) + "}"
