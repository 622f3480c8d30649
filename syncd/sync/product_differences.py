"""Which fields of a product differ in both shops against the word of their owners: a pure look at its plan."""

from __future__ import annotations

from syncd.model.money import plain
from syncd.model.owner import FIELD_OF_TEXT, Owner, Side
from syncd.model.sku import SkuRule
from syncd.sync.difference import PRODUCT, Difference
from syncd.sync.merge import Verdict
from syncd.sync.product_base import canonical, kept_mark, office_texts, seen, source_texts
from syncd.sync.product_decision import PICTURES, ProductPlan, ProductPolicy
from syncd.sync.product_merge import FieldPlan, MergeRule, shown_value
from syncd.sync.product_texts import office_text

_KEPT = (Owner.CSCART, Owner.WEBASYST)
"""Owners of texts whose other side may be edited without anybody putting it right."""


def product_differences(plan: ProductPlan, policy: ProductPolicy, skus: SkuRule) -> list[Difference]:
    """Every field that the streams would write, or that waits for a person, and texts edited on the side that does not
    own them. What the owners leave to each shop is no difference."""
    source = policy.source
    found = [
        _difference(plan, source, name, *_values(plan, name, field))
        for name, field in plan.decided.items()
        if _differs(plan, name, field) or overwritten(plan, name, policy.merge)
    ]
    if skus.key(plan.product.code) != skus.key(plan.sku.code):
        found.append(_difference(plan, source, "sku", plan.product.code, plan.sku.code))
    if plan.sku_change is not None and plan.sku_change.fill:
        numbers = ", ".join(map(str, plan.sku_change.fill))
        found.append(_difference(plan, source, "warehouses", "0", f"unlimited at warehouse {numbers}"))
    if policy.images and plan.images_changed and plan.pictures is None:
        found.append(_difference(plan, source, PICTURES, "other pictures", "those sent before"))
    return found


def overwritten(plan: ProductPlan, name: str, rule: MergeRule) -> bool:
    """Whether a text was edited on the side that does not own it. The merge leaves that alone until the owner moves.

    The office keeps texts as they are sent, so that any other one there is an edit. The source may have stored a text in a
    way of its own, which both agreed on then: there only what moved since is an edit.
    """
    owner = rule.owners[FIELD_OF_TEXT[name]] if name in FIELD_OF_TEXT else None
    field = plan.fields.get(name)
    if owner not in _KEPT or field is None or field.verdict is not Verdict.AGREED:
        return False
    text = source_texts(plan.product.content)[name]
    answer = office_texts(plan.sides.office)[name]
    if canonical(office_text(name, text)) == canonical(answer) or (name == "name" and plan.product.parent):
        return False
    if owner is Owner.CSCART:
        return bool(text.strip())  # a text that the source never had leaves the office its own
    kept = kept_mark(seen(plan.sides.texts, name).source, text)
    return kept is not None and field.source != kept


def _differs(plan: ProductPlan, name: str, field: FieldPlan) -> bool:
    if field.verdict is Verdict.AGREED:
        return False
    if name != "visible" or field.verdict is not Verdict.FORTH:
        return True
    # A flag that staff set, or that other products share, is not ours to change.
    return any(change.visible is not None for change in plan.sku_changes) or plan.product_visible is not None


def _values(plan: ProductPlan, name: str, field: FieldPlan) -> tuple[str, str]:
    if field.spelled is not None:
        return field.spelled
    if name == PICTURES:
        return field.source, field.office
    if name == "quantity" and (stock := plan.sides.offered.stock) is not None:
        # As Webasyst shows it: a conflict is told without what orders took off, beside what was agreed.
        return shown_value(plan.sides, name, Side.CSCART), plain(stock)
    return shown_value(plan.sides, name, Side.CSCART), shown_value(plan.sides, name, Side.WEBASYST)


def _difference(plan: ProductPlan, source: str, field: str, said: str, answered: str) -> Difference:
    product = plan.product
    return Difference(PRODUCT, source, product.key, product.code, plan.sku.product_id, field, said, answered)
