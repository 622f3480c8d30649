"""What Webasyst does by itself, and what PHP there does to large forms."""

from __future__ import annotations

from syncd.doctor.finding import Finding, error, ok, warning

SUBJECT = "webasyst"


def mails() -> Finding:
    """A reminder; nothing can be asked or switched off by the API (contracts/webasyst §5.2, §5.8)."""
    return ok(
        SUBJECT,
        "mails",
        "Webasyst mails its customers by itself on new orders and on most status changes",
        why="The API cannot silence that: a first run over many orders mails many customers.",
        fix="Before a first run switch the notifications off under Store > Settings > Notifications, or leave old "
        "orders out by SYNCD_ORDERS__SINCE.",
    )


def currency(chosen: str | None, primary: str, *, known: bool) -> Finding:
    """Whether Webasyst has the currency that CS-Cart's amounts are in (contracts/cscart §1.10)."""
    if not known:
        return error(
            SUBJECT,
            "currency",
            f"Webasyst has no currency {chosen}",
            why="Orders in it cannot be reckoned.",
            fix="Add it under Store > Settings > Currencies, or correct SYNCD_CSCART__CURRENCY.",
        )
    if chosen is not None:
        return ok(
            SUBJECT, "currency", f"CS-Cart's amounts are in {chosen}, Webasyst's own currency is {primary}"
        )
    return ok(
        SUBJECT,
        "currency",
        f"CS-Cart's amounts are taken to be in {primary}, as Webasyst's",
        why="CS-Cart's API does not tell its currency.",
        fix="If CS-Cart's primary currency is another one, set SYNCD_CSCART__CURRENCY.",
    )


def form_limit(sent: int, *, kept: bool) -> Finding:
    """Whether PHP took a form of `sent` variables whole (`max_input_vars`, contracts/webasyst §0.19)."""
    if kept:
        return ok(
            SUBJECT,
            "max_input_vars",
            f"PHP takes forms of {sent} variables whole, the largest that syncd sends",
        )
    return warning(
        SUBJECT,
        "max_input_vars",
        f"PHP there cuts forms of {sent} variables, without a word",
        why="Large orders and products with many SKUs would arrive cut.",
        fix="Set max_input_vars = 1000 or more in the php.ini of Webasyst's server.",
    )


def batch(said: str | None) -> Finding:
    """The write probe: a batch for a SKU that nobody has changes nothing (contracts/webasyst §3.6); `said` is a refusal."""
    if said is None:
        return ok(SUBJECT, "write probe", "massUpdate takes our calls")
    return warning(
        SUBJECT,
        "write probe",
        said,
        why="Prices and stock are written by massUpdate.",
        fix="Give the token's user the right to edit products in the Team app; see that no firewall blocks POST.",
    )
