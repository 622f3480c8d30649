"""Why a record looks as it does: a verdict from what is kept about it and from what the next cycle would decide."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from syncd.model.order import Order
from syncd.model.product import Product
from syncd.state.dossier import Dossier
from syncd.state.failures import Failure
from syncd.state.order_links import OrderLink
from syncd.sync.brake import Kind
from syncd.sync.merge import Verdict as Merged
from syncd.sync.order_decision import Create, OrderPolicy, Skip, SkipReason, Update, decide
from syncd.sync.order_handling import LET_GO
from syncd.sync.product_decision import ProductPlan
from syncd.sync.product_overview import without

WRITTEN_TO_SOURCE = frozenset(
    {"told", "shipped", "rewritten", "sent to CS-Cart", "pictures", "sold out in CS-Cart"}
)
"""Events after which the source shows our own write as a change of its record."""
ECHO_WITHIN = timedelta(minutes=2)
"""A shop's stamp may be so much older than our note of the write: clocks differ, and the note comes after the answer."""

NOT_HELD = frozenset({"refused", "unreadable", "set-aside"})
"""Codes of failures that are not one of our own rules; names of errors, which begin with a capital, are none either."""


class Verdict(StrEnum):
    """What a record is, in one word."""

    SYNCED = "synced"
    WAITING = "waiting"
    SKIPPED = "skipped"
    HELD = "held"
    FAILED = "failed"
    IN_DOUBT = "in doubt"
    ECHO = "echo"
    BRAKED = "braked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Now:
    """What the next cycle would decide. `changed_at` is the source's stamp of the record; `None` where it shows none."""

    verdict: Verdict
    text: str
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SeenOrder:
    """An order as the source shows it now, and what else its decision needs."""

    order: Order
    unknown: Sequence[str] = ()
    """Codes of its lines that lead to no single SKU of the office, where such orders are held."""


def order_now(seen: SeenOrder, link: OrderLink | None, policy: OrderPolicy, blocked: Collection[str]) -> Now:
    """What the next cycle does about an order; `blocked` are the kinds that an engaged brake holds back."""
    order = seen.order
    decision = decide(order, link, policy)
    if isinstance(decision, Skip):
        if decision.reason is SkipReason.UNCHANGED:
            return Now(Verdict.SYNCED, "nothing to do: both shops say what was agreed", order.updated_at)
        return Now(Verdict.SKIPPED, f"skipped: {_reason(decision.reason, order, policy)}", order.updated_at)
    if seen.unknown:
        codes = ", ".join(code or "(empty)" for code in seen.unknown)
        return Now(
            Verdict.HELD, f"held: Webasyst has no single product with the SKU {codes}", order.updated_at
        )
    if isinstance(decision, Create):
        return Now(Verdict.WAITING, "created in Webasyst", order.updated_at)
    moves = link is not None and link.status != order.standing
    if moves and Kind.STATUS in blocked and order.status in policy.statuses:
        return Now(Verdict.BRAKED, "held back: the brake on order statuses is pulled", order.updated_at)
    return Now(
        Verdict.WAITING, f"compared and brought up to date: {_parts(decision, moves=moves)}", order.updated_at
    )


def product_now(
    plan: ProductPlan, blocked: Collection[str], blocked_back: Collection[str], *, images: bool
) -> Now:
    """What the next cycles do about a linked product, by its plan and the kinds that brakes hold back either way;
    `images` tells whether pictures are carried at all."""
    at = plan.product.updated_at
    held = plan.names(Merged.HELD)
    if held:
        return Now(Verdict.HELD, f"held: both shops changed {', '.join(held)}; a person chooses", at)
    forth, back = written(plan, images=images)
    if not forth and not back and plan.linked:
        return Now(Verdict.SYNCED, "nothing to do: both shops say what was agreed", at)
    if not forth and not back:
        return Now(Verdict.WAITING, "linked to the SKU in Webasyst, which says the same", at)
    kinds = {Kind(kind) for kind in blocked}
    if without(plan, kinds) != plan or (blocked_back and back):
        names = ", ".join(sorted({*blocked, *blocked_back}))
        return Now(Verdict.BRAKED, f"held back: the brake is pulled ({names})", at)
    told = [
        f"{', '.join(names)} to {shop}" for names, shop in ((forth, "Webasyst"), (back, "CS-Cart")) if names
    ]
    verb = "written" if plan.linked else "linked to the SKU in Webasyst, and written"
    return Now(Verdict.WAITING, f"{verb}: {'; '.join(told)}", at)


def product_elsewhere(product: Product, company: str) -> Now:
    """A product of another company than the one that is synced."""
    text = f"skipped: belongs to another company ({product.company}), company {company} is synced"
    return Now(Verdict.SKIPPED, text, product.updated_at)


def written(plan: ProductPlan, *, images: bool) -> tuple[list[str], list[str]]:
    """The fields that a plan writes to the office and to the source."""
    forth = [] if plan.empty else plan.names(Merged.FORTH)
    if not plan.empty and not forth:
        forth = ["visible" if plan.product_visible is not None else "stock"]
    if images and plan.images_changed:
        forth = [*dict.fromkeys([*forth, "images"])]
    return forth, plan.names(Merged.BACK) if plan.goes_back else []


def conclude(kept: Dossier, now: Now | None) -> tuple[Verdict, str]:
    """The verdict with its reason: what is open counts before what would be decided, and that before what was agreed.

    `now` is `None` when the shops could not be asked.
    """
    opened = _open(kept)
    if opened is not None:
        return opened
    if now is None:
        return _agreed(kept)
    if now.verdict is Verdict.SYNCED and (own := _own_write(kept, now)):
        return Verdict.ECHO, own
    return now.verdict, now.text


def _open(kept: Dossier) -> tuple[Verdict, str] | None:
    """What is kept about it that is not settled."""
    if kept.intents:
        intent = kept.intents[0]
        begun = f"{intent.action} was begun at {intent.started_at:%Y-%m-%d %H:%M:%S} UTC"
        text = f"{begun} and its outcome is not known yet; the next cycle looks in the shop for what became of it"
        return Verdict.IN_DOUBT, text
    if kept.conflicts:
        names = ", ".join(held.field for held in kept.conflicts)
        step = f"'syncd conflicts take cscart|webasyst {kept.conflicts[0].code}' settles it"
        return Verdict.HELD, f"both shops changed {names}; {step}"
    if kept.failures:
        return _aside(kept.failures[0])
    if kept.order is not None and kept.order.flag in LET_GO:
        return Verdict.SKIPPED, f"left alone: {kept.order.flag}"
    return None


def _reason(reason: SkipReason, order: Order, policy: OrderPolicy) -> str:
    details = {
        SkipReason.OTHER_COMPANY: f"company {order.company or '(none)'}, company {policy.company} is synced",
        SkipReason.OLDER: f"placed {_when(order.placed_at)}, the sync starts at {_when(policy.since)}",
        SkipReason.STATUS: f"status {order.status}{', which is an incomplete order' if order.status == 'N' else ''}",
    }
    detail = details.get(reason)
    return f"{reason} ({detail})" if detail else str(reason)


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _parts(update: Update, *, moves: bool) -> str:
    parts = sorted(map(str, update.facets)) + (["status"] if moves else [])
    return ", ".join(parts) or "what was left unfinished"


def _aside(failure: Failure) -> tuple[Verdict, str]:
    text = f"{failure.message} ({failure.code}, set aside since {failure.first_at:%Y-%m-%d %H:%M} UTC)"
    if failure.code == "braked":
        return Verdict.BRAKED, text
    if failure.code == "InDoubt":
        return Verdict.IN_DOUBT, text
    held = failure.code not in NOT_HELD and not failure.code[:1].isupper()
    return (Verdict.HELD if held else Verdict.FAILED), text


def _agreed(kept: Dossier) -> tuple[Verdict, str]:
    link = kept.order or kept.product
    if link is None:
        return Verdict.UNKNOWN, "syncd keeps nothing about it"
    return Verdict.SYNCED, f"linked since {link.linked_at:%Y-%m-%d %H:%M} UTC; nothing is open"


def _own_write(kept: Dossier, now: Now) -> str:
    """Words for a change that the source shows and that we made; empty when the last word was not ours."""
    own = [entry for entry in kept.history if entry.event in WRITTEN_TO_SOURCE]
    if not own or now.changed_at is None or now.changed_at < own[-1].at - ECHO_WITHIN:
        return ""
    return (
        f"the source shows a change at {now.changed_at:%Y-%m-%d %H:%M:%S} UTC: that is syncd's own write of "
        f"{own[-1].at:%H:%M:%S} UTC ({own[-1].event}) which came back; both shops say what was agreed, nothing to do"
    )
