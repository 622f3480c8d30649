"""Products in two shops for rules that hold for all of them: awkward prices, rates, texts and stocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from syncd.model.backoffice import OfficeProduct
from syncd.model.money import Rates
from syncd.model.owner import ConflictRule, Field, Owner
from syncd.model.product import Content, Product
from syncd.sync.product_base import TEXTS
from syncd.sync.product_merge import MergeRule
from tests.sync import builders as make
from tests.sync.paper_shops import PaperPair, cents

Draw = Callable[[st.SearchStrategy[Any]], Any]
"""How an edit draws its values: the `draw` of a composite strategy, or of `st.data()`."""

RATE = st.sampled_from(["1", "1.1", "0.0137", "74.3291", "0.3333", "100", "0.0001"]).map(Decimal)
PRICE = st.integers(0, 1_000_000).map(cents)
OFFICE_PRICE = st.integers(0, 10_000_000).map(lambda number: Decimal(number).scaleb(-4))
PIECES = st.integers(-3, 40).map(Decimal)
OFFICE_PIECES = st.one_of(PIECES, st.integers(-3_000, 40_000).map(lambda number: Decimal(number).scaleb(-3)))
TEXT = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "Coffee",
            " Coffee\r\n",
            "line\r\nline\rline",
            "Mug & Saucer &amp; O&#039;Neil <b>",
            "😀",
            "Mug 😀 250 ml",
            "x" * 255,
            "x" * 256,
            "y " * 200,
            "é😀" * 150,
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
)
NAME = TEXT.filter(lambda text: bool(text.strip()) and text != "😀")
"""A name that both shops can hold."""
FLAG = st.booleans()


@st.composite
def rules(draw: st.DrawFn) -> MergeRule:
    """Any owners under any rule."""
    owners = {
        each: draw(
            st.sampled_from([owner for owner in Owner if owner is not Owner.SHARED or each is Field.QUANTITY])
        )
        for each in Field
    }
    return MergeRule(owners, draw(st.sampled_from(ConflictRule)))


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """Texts of a source product, all of them told or only some, in letters that its shop can hold."""
    told = {name: draw(TEXT if name == "name" else st.none() | TEXT) for name in TEXTS}
    texts: dict[str, Any] = {name: None if text is None else _storable(text) for name, text in told.items()}
    return Content(**texts)


@st.composite
def source_products(draw: st.DrawFn, key: str = "12") -> Product:
    """Any product of the source."""
    return make.product(
        key=key,
        content=draw(contents()),
        price=draw(PRICE),
        list_price=draw(PRICE),
        quantity=draw(PIECES),
        visible=draw(FLAG),
    )


@st.composite
def office_products(draw: st.DrawFn, skus: int = 1) -> OfficeProduct:
    """Any product of the office with so many SKUs; some sell without limit."""
    made = [
        make.office_sku(
            sku_id=4 + number,
            price=draw(OFFICE_PRICE),
            compare_price=draw(OFFICE_PRICE),
            stock=draw(st.one_of(st.just({}), OFFICE_PIECES.map(lambda count: {1: count}))),
            visible=draw(FLAG),
        )
        for number in range(skus)
    ]
    texts: dict[str, Any] = {name: draw(NAME if name == "name" else TEXT) for name in TEXTS}
    fits = {name: text[:255] if name in {"name", "meta_title"} else text for name, text in texts.items()}
    return make.office_product(
        skus=tuple(made),
        visible=draw(FLAG),
        currency=draw(st.sampled_from(["USD", "EUR"])),
        edited_at=make.NOON,
        **fits,
    )


@st.composite
def pairs(draw: st.DrawFn, rule: st.SearchStrategy[MergeRule] | None = None) -> PaperPair:
    """One product or a group of two or three in both shops, before or after they agreed for the first time."""
    number = draw(st.integers(1, 3))
    pair = PaperPair(
        [draw(source_products(str(12 + place))) for place in range(number)],
        draw(office_products(number)),
        draw(rule if rule is not None else rules()),
        rates=Rates("USD", {"EUR": draw(RATE)}),
    )
    return pair


def places(*ids: int, least: int = 0) -> st.SearchStrategy[tuple[int, ...]]:
    """Lists of these categories, the main one first."""
    return st.lists(st.sampled_from(ids), unique=True, min_size=least).map(tuple)


def edit_source(draw: Draw, pair: PaperPair) -> None:
    """Some values of one source product change."""
    values: dict[str, Any] = {"price": PRICE, "list_price": PRICE, "quantity": PIECES, "visible": FLAG}
    values |= {name: TEXT.map(_storable) for name in TEXTS} | {"category_ids": places(1, 2, 9, least=1)}
    names = draw(st.sets(st.sampled_from(sorted(values)), min_size=1, max_size=4))
    number = draw(st.integers(0, len(pair.products) - 1))
    pair.edit_source(number, **{name: draw(values[name]) for name in sorted(names)})


def edit_office(draw: Draw, pair: PaperPair) -> None:
    """Some values of the office product or of one of its SKUs change."""
    number = draw(st.integers(0, len(pair.products) - 1))
    skus: dict[str, Any] = {
        "price": OFFICE_PRICE,
        "compare_price": OFFICE_PRICE,
        "stock": st.none() | OFFICE_PIECES,
        "visible": FLAG,
    }
    columns: dict[str, Any] = {name: TEXT for name in TEXTS} | {"visible": FLAG, "name": NAME}
    columns["category_ids"] = places(10, 20, 90)
    chosen = draw(st.sets(st.sampled_from(sorted(skus)), max_size=2))
    if chosen:
        pair.edit_sku(number, **{name: draw(skus[name]) for name in sorted(chosen)})
    written = draw(st.sets(st.sampled_from(sorted(columns)), max_size=3))
    values = {name: draw(columns[name]) for name in sorted(written)}
    fits = {name: value[:255] if name in {"name", "meta_title"} else value for name, value in values.items()}
    pair.edit_office(**fits)


def change_rate(draw: Draw, pair: PaperPair) -> None:
    """The office's rate changes."""
    pair.rates = Rates("USD", {"EUR": draw(RATE)})


def change_rule(draw: Draw, pair: PaperPair) -> None:
    """Other owners."""
    pair.rule = replace(pair.rule, owners=draw(rules()).owners)


def _storable(text: str) -> str:
    """The text in letters that CS-Cart can store (contracts/cscart §3.3)."""
    return "".join(letter for letter in text if ord(letter) < 0x10000)
