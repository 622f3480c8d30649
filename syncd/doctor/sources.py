"""Further sources: whether each answers, and whether its statuses have meanings."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from syncd.doctor.finding import Finding, error, ok, warning


def statuses(
    name: str, shop: Mapping[str, str], meanings: Collection[str], told_back: Collection[str]
) -> list[Finding]:
    """A Horoshop shop's statuses against the entry's `statuses` and `statuses_back` (contracts/sources §1.5)."""
    found = []
    if unmapped := {key: words for key, words in shop.items() if key not in meanings}:
        found.append(
            warning(
                name,
                "statuses",
                f"its statuses {_words(unmapped)} have no meaning",
                why="An order in such a status stays where it is in Webasyst.",
                fix=f"Add them to the statuses of the source {name} in SYNCD_SOURCES: a meaning, or ignore.",
            )
        )
    if wrong := sorted(set(told_back) - shop.keys()):
        found.append(
            error(
                name,
                "statuses back",
                f"its statuses_back names {', '.join(wrong)}, which the shop does not have",
                why="The shop refuses such a status.",
                fix=f"The shop has {_words(shop)}: correct statuses_back of the source {name} in SYNCD_SOURCES.",
            )
        )
    return found or [ok(name, "statuses", "every status of the shop has a meaning")]


def no_statuses(name: str, said: str) -> Finding:
    """A shop that cannot tell its statuses."""
    return warning(
        name,
        "statuses",
        said,
        why="Whether every status has a meaning cannot be seen.",
        fix=f"Compare the statuses of the source {name} with the shop's own list in its administration panel.",
    )


def licences(name: str, *, shown: bool) -> Finding:
    """Whether the Marketplace lets us see licences (contracts/sources §3.4)."""
    if shown:
        return ok(name, "licences", "licences can be read")
    return warning(
        name,
        "licences",
        "licences cannot be read by this user",
        why="Licence numbers are taken from the orders alone, and those that are issued later do not reach Webasyst.",
        fix="Use the access token of an administrator of the developer's account.",
    )


def reached(name: str, what: str) -> Finding:
    """A source that answered with our credentials."""
    return ok(name, "authentication", what)


def switched_off(name: str) -> Finding:
    """A source that is not to be asked."""
    return ok(name, "authentication", "switched off (enabled = false); it is not asked")


def _words(shop: Mapping[str, str]) -> str:
    return ", ".join(f"{key} ({words})" for key, words in shop.items()) or "none at all"
