"""What both sides agree on once a plan was carried out, and what follows: nothing flaps, and nothing comes back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from syncd.model.owner import ConflictRule, Field, Owner, Side
from syncd.model.product import Content, Product
from syncd.state.order_stock import Demand
from syncd.sync.brake import Kind
from syncd.sync.merge import Verdict
from syncd.sync.product_agreement import agreed_base, counted_base, created_base, created_texts, pending_base
from syncd.sync.product_base import (
    TEXTS,
    canonical,
    pending_of,
    shelf_of,
    spell_pending,
    spell_shelf,
    text_mark,
)
from syncd.sync.product_decision import ProductPlan
from syncd.sync.product_merge import MergeRule
from syncd.sync.product_overview import without
from syncd.sync.product_texts import office_text, source_text
from syncd.sync.shared_stock import Pending, Shelf, whole
from tests.sync import builders as make
from tests.sync.paper_shops import STOCK_ID, PaperPair
from tests.sync.product_strategies import change_rate, change_rule, edit_office, edit_source, pairs

D = Decimal
FORTH_ONLY, BACK_ONLY = Side.WEBASYST, Side.CSCART
SHARED = make.merge_rule(quantity="shared")
BOTH = st.sampled_from(ConflictRule).map(lambda rule: MergeRule(dict.fromkeys(Field, Owner.BOTH), rule))


def agreed(plan: ProductPlan, side: Side = Side.WEBASYST) -> dict[str, Any]:
    """The base after the plan was carried out on one side."""
    return agreed_base(plan, side)[0]


def shelf(total: str, source: str, office: str, taken: str = "0") -> Shelf:
    return Shelf(D(total), D(source), D(office), D(taken))


class TestPairs:
    """What is noted of each field."""

    def test_what_is_the_same_is_agreed_on_either_side(self) -> None:
        """Both values as they are, and how much of the stock orders had taken."""
        for side in Side:
            base, texts = agreed_base(make.plan(demand=Demand(taken=D(2))), side)
            assert base == {
                "price": ["10.5", "10.5"],
                "list_price": ["12", "12"],
                "quantity": ["5", "7"],
                "visible": ["shown", "shown"],
                "taken": "2",
            }
            assert texts["name"] == [text_mark("Coffee"), text_mark("Coffee"), "Coffee"]
            assert tuple(texts) == TEXTS

    def test_what_was_carried_is_agreed_where_it_went(self) -> None:
        """A value that went to the office stands there; on the other way nothing is agreed about it yet."""
        plan = make.plan(make.product(price=D(11)), base={"price": ["10.5", "10.5"]})
        assert agreed(plan, FORTH_ONLY)["price"] == ["11", "11"]
        assert agreed(plan, BACK_ONLY)["price"] == ["10.5", "10.5"]

    def test_what_came_back_is_agreed_at_the_source(self) -> None:
        """The same the other way round; where nothing was agreed before, nothing is noted."""
        office = make.office_product(skus=(make.office_sku(price=D(9)),))
        plan = make.plan(office=office, base={"price": ["10.5", "10.5"]})
        assert agreed(plan, BACK_ONLY)["price"] == ["9", "9"]
        assert agreed(plan, FORTH_ONLY)["price"] == ["10.5", "10.5"]
        first = make.plan(office=office, rule=make.merge_rule(price="webasyst"))
        assert "price" not in agreed(first, FORTH_ONLY)

    def test_what_waits_for_a_person_keeps_its_base(self) -> None:
        """Value and text."""
        office = make.office_product(name="Chai", skus=(make.office_sku(price=D(9)),))
        known: dict[str, Any] = {
            "base": {"price": ["10.5", "10.5"]},
            "texts": {"name": [text_mark("Coffee"), text_mark("Coffee"), "Coffee"]},
        }
        product = make.product(price=D(11), content=make.content(name="Tea"))
        plan = make.plan(product, office, **known)
        assert set(plan.names(Verdict.HELD)) == {"price", "name"}
        for side in Side:
            base, texts = agreed_base(plan, side)
            assert base["price"] == ["10.5", "10.5"]
            assert texts["name"] == known["texts"]["name"]

    def test_stock_that_was_not_agreed_keeps_what_orders_had_taken(self) -> None:
        """Both belong together."""
        base = {"quantity": ["5", "7"], "taken": "1"}
        rule = make.merge_rule(quantity="both")
        plan = make.plan(make.product(quantity=D(8)), base=base, rule=rule, demand=Demand(taken=D(2)))
        assert agreed(plan, BACK_ONLY)["taken"] == "1"
        assert agreed(plan, FORTH_ONLY)["taken"] == "2"

    def test_what_was_made_of_its_pictures_stays(self) -> None:
        """Everything else that is not decided anew is forgotten."""
        plan = make.plan(base={"images": "x", "pictures_there": "y", "kept_hidden": True, "unlimited": [3]})
        base = agreed(plan)
        assert (base["images"], base["pictures_there"]) == ("x", "y")
        assert not {"kept_hidden", "unlimited"} & base.keys()

    def test_what_staff_keeps_hidden_is_remembered(self) -> None:
        """It is told once, and counts as hidden from then on."""
        office = make.office_product(skus=(make.office_sku(visible=False),))
        plan = make.plan(office=office, rule=make.merge_rule(status="cscart"))
        assert agreed(plan)["kept_hidden"]
        both = agreed(make.plan(office=office))
        assert both["visible"] == ["shown", "hidden"]
        again = make.plan(office=office, base=both)
        assert again.empty
        assert again.source_change.empty

    def test_unlimited_warehouses_are_remembered(self) -> None:
        """They are told once."""
        assert agreed(make.plan(where=make.place(warehouses=[1, 2, 3])))["unlimited"] == [3]


class TestTexts:
    """What is noted of texts."""

    def test_texts_that_did_not_count_are_not_agreed(self) -> None:
        """A product whose texts did not speak for the office product writes them when they do."""
        old = make.office_product(name="Old")
        known = agreed_base(make.plan(make.product(content=make.content(name="Old")), old), FORTH_ONLY)[1]
        edited = make.product(content=make.content(name="New"))
        silent = make.plan(edited, old, texts=known, where=make.place(leads=False))
        kept = agreed_base(silent, FORTH_ONLY)[1]
        assert kept == known
        assert make.plan(edited, old, texts=kept).texts == {"name": "New"}

    def test_what_was_not_told_keeps_its_base(self) -> None:
        """A listing that tells less forgets nothing."""
        known = agreed_base(make.plan(), FORTH_ONLY)[1]
        less = make.product(content=Content("Tea"))
        texts = agreed_base(make.plan(less, texts=known), FORTH_ONLY)[1]
        assert texts == known | {"name": [text_mark("Tea"), text_mark("Tea"), "Tea"]}

    def test_the_beginning_of_the_agreed_text_is_kept(self) -> None:
        """Of the text that counts now; where two are agreed to differ, as they were agreed."""
        long = make.product(content=make.content(description="x" * 500))
        assert len(agreed_base(make.plan(long), FORTH_ONLY)[1]["description"][2]) == 300
        office = make.office_product(name="Edited there")
        known = agreed_base(make.plan(), FORTH_ONLY)[1]
        back = agreed_base(make.plan(office=office, texts=known), BACK_ONLY)[1]
        assert back["name"][2] == "Edited there"
        rule = make.merge_rule(name="cscart")
        apart = agreed_base(make.plan(office=office, texts=known, rule=rule), FORTH_ONLY)[1]
        assert apart["name"] == [text_mark("Coffee"), text_mark("Edited there"), "Coffee"]
        first = agreed_base(make.plan(office=office, rule=make.merge_rule(name="none")), FORTH_ONLY)[1]
        assert first["name"][2] == "Coffee"


class TestSharedStock:
    """The shelf, and writes whose end is not known."""

    BASE: ClassVar = {"shelf": spell_shelf(shelf("10", "10", "10"))}

    def plan(
        self, here: str, there: str | None, base: dict[str, Any] | None = None, **fields: Any
    ) -> ProductPlan:
        stock = {} if there is None else {1: D(there)}
        office = make.office_product(skus=(make.office_sku(stock=stock),), edited_at=make.NOON)
        base = self.BASE if base is None else base
        return make.plan(make.product(quantity=D(here)), office, base=base, **{"rule": SHARED, **fields})

    def test_a_write_makes_its_side_say_the_total(self) -> None:
        """The other side is counted as it was."""
        plan = self.plan("8", "7.5")
        assert shelf_of(agreed(plan, FORTH_ONLY)) == shelf("5.5", "8", "5.5")
        assert shelf_of(agreed(plan, BACK_ONLY)) == shelf("5.5", "5", "7.5")

    def test_where_nothing_is_written_what_was_counted_stays(self) -> None:
        """Both say the total, or the other side only does not."""
        assert shelf_of(agreed(self.plan("10", "10"))) == shelf("10", "10", "10")
        assert shelf_of(agreed(self.plan("10", "7"))) == shelf("7", "10", "7")

    def test_other_owners_forget_it(self) -> None:
        """Shared again, it is counted anew."""
        pending = spell_pending(Pending(FORTH_ONLY, D(10), "", young=True, shelf=shelf("7", "7", "7")))
        base = agreed(self.plan("8", "7", self.BASE | {"pending": pending}, rule=make.merge_rule()))
        assert not {"shelf", "pending"} & base.keys()

    def test_a_write_is_noted_before_it_begins(self) -> None:
        """With what its side says, that side's stamp, and what counts once it took effect; the count is kept at once."""
        plan = self.plan("8", "7")
        now = make.NOON + make.MINUTE
        forth, back = pending_base(plan, FORTH_ONLY, now), pending_base(plan, BACK_ONLY, now)
        stamp = make.NOON.isoformat()
        assert forth is not None
        assert back is not None
        assert pending_of(forth) == Pending(FORTH_ONLY, D(7), stamp, young=False, shelf=shelf("5", "8", "5"))
        assert pending_of(back) == Pending(BACK_ONLY, D(8), stamp, young=False, shelf=shelf("5", "5", "7"))
        assert shelf_of(forth) == shelf_of(back) == shelf("5", "8", "7")

    @pytest.mark.parametrize(("seconds", "young"), [(0, True), (4, True), (5, False)])
    def test_a_young_stamp_proves_nothing(self, seconds: int, young: bool) -> None:
        """A record that was changed just now may bear the same stamp after the write; one without a stamp always may."""
        found = pending_base(self.plan("8", "7"), FORTH_ONLY, make.NOON + timedelta(seconds=seconds))
        assert found is not None
        pending = pending_of(found)
        assert pending is not None
        assert pending.young == young
        base = {"shelf": spell_shelf(shelf("10", "10", "10"))}
        unknown = pending_base(make.plan(base=base, rule=SHARED), FORTH_ONLY, make.NOON + make.MINUTE)
        assert unknown is not None
        assert unknown["pending"]["young"]

    def test_nothing_is_noted_where_nothing_is_written(self) -> None:
        """Neither side lacks the total; a brake holds it back; the quantity is not shared."""
        for side in Side:
            assert pending_base(self.plan("10", "10"), side, make.NOON) is None
            assert pending_base(self.plan("8", "7", rule=make.merge_rule()), side, make.NOON) is None
        assert pending_base(self.plan("10", "7"), FORTH_ONLY, make.NOON) is None
        assert pending_base(without(self.plan("8", "7"), {Kind.STOCK}), FORTH_ONLY, make.NOON) is None

    def test_a_doubt_is_settled_before_anything_is_written(self) -> None:
        """Any write moves the record's stamp, which then proves nothing any more."""
        pending = spell_pending(Pending(FORTH_ONLY, D(10), "before", young=False, shelf=shelf("7", "7", "7")))
        plan = self.plan("7", "6", self.BASE | {"pending": pending, "images": "x"})
        settled = {"images": "x", "shelf": spell_shelf(shelf("6", "7", "6"))}
        assert pending_base(plan, FORTH_ONLY, make.NOON) == settled
        back = pending_base(plan, BACK_ONLY, make.NOON)
        assert back is not None
        assert shelf_of(back) == shelf("6", "7", "6")

    def test_a_write_that_never_happened_leaves_the_count(self) -> None:
        """What was counted for the plan, and nothing in doubt; where stock is not shared there is no count."""
        stamp = make.NOON.isoformat()
        pending = spell_pending(Pending(FORTH_ONLY, D(10), stamp, young=False, shelf=shelf("1", "1", "1")))
        base = self.BASE | {"pending": pending, "quantity": ["10", "10"], "images": "x"}
        rest = {"quantity": ["10", "10"], "images": "x"}
        assert counted_base(self.plan("8", "7", base)) == rest | {"shelf": spell_shelf(shelf("5", "8", "7"))}
        assert counted_base(self.plan("8", None, base)) == {"images": "x"}
        assert counted_base(self.plan("8", "7", base, rule=make.merge_rule())) == rest

    def test_what_sells_without_limit_was_not_counted(self) -> None:
        """The shelf from before is forgotten as soon as a number is about to be written."""
        plan = self.plan("8", None, self.BASE | {"quantity": ["10", "10"], "price": ["10.5", "10.5"]})
        assert pending_base(plan, FORTH_ONLY, make.NOON) == {"price": ["10.5", "10.5"]}
        assert shelf_of(agreed(plan, FORTH_ONLY)) == shelf("8", "8", "8")
        assert shelf_of(agreed(plan, BACK_ONLY)) is None


class TestCreated:
    """What is agreed about a product that syncd has just made."""

    def test_everything_but_its_pictures_is_there(self) -> None:
        """The source's values, and the office's in its own currency."""
        product = make.product(visible=False)
        base = created_base(product, (D("9.55"), D("10.91")), shown=False, rule=make.merge_rule())
        assert base == {
            "price": ["10.5", "9.55"],
            "list_price": ["12", "10.91"],
            "quantity": ["5", "5"],
            "visible": ["hidden", "hidden"],
            "images": "",
        }

    def test_shared_stock_is_counted_at_once(self) -> None:
        """Both say what was sent."""
        base = created_base(make.product(), (D(1), D(2)), shown=True, rule=SHARED)
        assert shelf_of(base) == shelf("5", "5", "5")

    def test_the_texts_that_were_told(self) -> None:
        """As the source has them, and as the office stored them."""
        product = make.product(content=Content("x" * 300, summary="Short"))
        made = make.office_product(name="x" * 254 + "…", summary="Short")
        assert created_texts(product, made) == {
            "name": [
                text_mark("x" * 300),
                text_mark("x" * 254 + "…"),
                "x" * 300,
            ],
            "summary": [text_mark("Short"), text_mark("Short"), "Short"],
        }


# -- stories ------------------------------------------------------------------------------------------------------------


def settled(pair: PaperPair) -> bool:
    """Whether neither shop is left to be written."""
    return all(plan.empty and plan.source_change.empty for plan in pair.plans())


def told(products: list[Product]) -> list[tuple[Any, ...]]:
    """What syncd could write at the source."""
    return [
        (product.content, product.price, product.list_price, product.quantity, product.visible)
        for product in products
    ]


def told_there(pair: PaperPair) -> tuple[Any, ...]:
    """What syncd could write in the office."""
    office = pair.office
    texts = [getattr(office, name) for name in TEXTS]
    skus = [(sku.price, sku.compare_price, sku.stock, sku.visible) for sku in office.skus]
    return texts, skus, office.visible


def words(product: Product, name: str) -> str | None:
    """What the source says; `None` where it does not tell."""
    text: str | None = getattr(product.content, name)
    return text


def both_agree(pair: PaperPair) -> None:
    pair.both_ways()
    pair.both_ways()
    assume(not any(plan.names(Verdict.HELD) for plan in pair.plans()))


@settings(max_examples=200)
@given(st.data(), pairs())
def test_nothing_flaps(data: st.DataObject, pair: PaperPair) -> None:
    """After any edits, rates, owners and cycles: once each way was gone, nothing is left to write, and nothing changes."""
    for _ in range(data.draw(st.integers(0, 4))):
        step = data.draw(st.sampled_from([edit_source, edit_office, change_rate, change_rule]))
        step(data.draw, pair)
        for way in data.draw(st.lists(st.booleans(), max_size=2)):
            if way or not pair.linked:
                pair.forth()
            else:
                pair.back()
    pair.both_ways()
    assert settled(pair)
    before = pair.state
    pair.both_ways()
    assert pair.state == before


@settings(max_examples=3, phases=[Phase.generate])
@given(st.data(), pairs())
def test_a_thousand_idle_cycles_change_nothing(data: st.DataObject, pair: PaperPair) -> None:
    """Whoever owns what, in whatever currency."""
    for edit in data.draw(st.lists(st.sampled_from((edit_source, edit_office, change_rate)), max_size=3)):
        edit(data.draw, pair)
        pair.both_ways()
    pair.both_ways()
    before = pair.state
    for _ in range(1000):
        pair.both_ways()
    assert pair.state == before


@settings(max_examples=150)
@given(st.data(), pairs(BOTH))
def test_an_edit_at_the_source_is_not_lost(data: st.DataObject, pair: PaperPair) -> None:
    """Where both own everything: it stays at the source, every sibling there stays as it was, and the office follows. (A
    text that is told for the first time and is empty is no edit: the source gets the office's.)"""
    both_agree(pair)
    untold = [(n, name) for n, one in enumerate(pair.products) for name in TEXTS if words(one, name) is None]
    edit_source(data.draw, pair)
    blank = [words(pair.products[n], name) for n, name in untold]
    assume(all(text is None or text.strip() for text in blank))
    before = told(pair.products)
    pair.both_ways()
    assert told(pair.products) == before
    assert settled(pair)
    for number, product in enumerate(pair.products):
        sku = pair.office.skus[number]
        assert sku.stock[STOCK_ID] == product.quantity or whole(sku.stock[STOCK_ID]) == product.quantity
    lead = pair.products[0].content
    for name in TEXTS:
        text = getattr(lead, name)
        if text is not None and text.strip():
            there = getattr(pair.office, name)
            forth = canonical(there) == canonical(office_text(name, text))
            # Or the source says all that it can of what the office says.
            assert forth or canonical(text) == canonical(source_text(name, there))


@settings(max_examples=150)
@given(st.data(), pairs(BOTH))
def test_an_edit_in_the_office_is_not_lost(data: st.DataObject, pair: PaperPair) -> None:
    """The same the other way round; only stock without limit, which the source cannot say, is put right."""
    both_agree(pair)
    edit_office(data.draw, pair)
    assume(all(STOCK_ID in sku.stock for sku in pair.office.skus))
    before = told_there(pair)
    pair.both_ways()
    assert told_there(pair) == before
    assert settled(pair)
    for number, product in enumerate(pair.products):
        assert product.quantity == whole(pair.office.skus[number].stock[STOCK_ID])
