"""What is kept with a product's link: both sides' values, spelled so that equal ones are equal in the database."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.owner import Side
from syncd.model.product import Content, Image
from syncd.sync.facets import digest
from syncd.sync.merge import Seen
from syncd.sync.product_base import (
    TEXTS,
    canonical,
    images_digest,
    images_pending,
    kept_mark,
    made_here,
    office_texts,
    office_values,
    pending_of,
    seen,
    shelf_of,
    source_texts,
    source_values,
    spell_flag,
    spell_pending,
    spell_shelf,
    text_mark,
)
from syncd.sync.shared_stock import Pending, Shelf
from tests.sync import builders as make

PICTURE = Image("https://shop.example/1.png", "front")
AMOUNT = st.decimals(-1000, 1000, allow_nan=False, places=3)
SHELF = st.builds(Shelf, AMOUNT, AMOUNT, AMOUNT, AMOUNT)
PENDING = st.builds(
    Pending,
    side=st.sampled_from(Side),
    before=AMOUNT,
    stamp=st.text(max_size=5),
    young=st.booleans(),
    shelf=SHELF,
)


class TestPairs:
    """Every field is kept as a pair: the source's value and the office's."""

    def test_a_pair_is_read_back(self) -> None:
        """What either side said is told apart, and what was never noted is not known."""
        assert seen({"price": ["1", "2"]}, "price") == Seen("1", "2")
        assert seen({"price": ["1", None]}, "price") == Seen("1", None)
        assert seen({}, "price") == Seen(None, None)

    def test_a_text_keeps_its_beginning_beside_the_pair(self) -> None:
        """The third part is for a person's eyes."""
        assert seen({"name": ["a", "b", "Coffee"]}, "name") == Seen("a", "b")


class TestValues:
    """Values are spelled as plain texts."""

    def test_how_amounts_are_written_does_not_matter(self) -> None:
        """PHP's needless zeros and exponents are no difference."""
        fine = make.product(price=Decimal("10.500"), list_price=Decimal("12"), quantity=Decimal("5.000"))
        values = source_values(make.product())
        assert source_values(fine) == values
        assert values == {"price": "10.5", "list_price": "12", "quantity": "5", "visible": "shown"}

    def test_the_offices_are_spelled_alike(self) -> None:
        """The same words for the same values; no stock row is spelled as nothing."""
        said = office_values(Decimal("10.5000"), Decimal("12.0000"), Decimal("5.000"), shown=True)
        assert said == source_values(make.product())
        assert office_values(Decimal(1), Decimal(0), None, shown=False) == {
            "price": "1",
            "list_price": "0",
            "quantity": "",
            "visible": "hidden",
        }

    def test_flags_have_words(self) -> None:
        """A word cannot be mistaken for the value of an earlier form."""
        assert (spell_flag(True), spell_flag(False)) == ("shown", "hidden")


class TestTexts:
    """Texts are kept as fingerprints."""

    @pytest.mark.parametrize("other", ["a\nb", " a\r\nb\n", "\ta\rb  "])
    def test_line_ends_and_blanks_around_are_no_difference(self, other: str) -> None:
        """A form that sends a text back changes its line ends; a shop may trim it."""
        assert canonical(other) == "a\nb"
        assert text_mark(other) == text_mark("a\nb")

    def test_everything_else_is_a_difference(self) -> None:
        """Case, inner blanks and HTML entities count: what is escaped is unescaped where it is read."""
        marks = [text_mark(text) for text in ("a b", "A b", "a  b", "a&nbsp;b", "a\nb", "")]
        assert len(set(marks)) == len(marks)

    def test_a_fingerprint_of_the_first_form_counts(self) -> None:
        """It was made of the text as it came; one of another text stays what it is, and so does none."""
        assert kept_mark(digest(" a\r\nb"), " a\r\nb") == text_mark("a\nb")
        assert kept_mark(text_mark("a\nb"), " a\r\nb") == text_mark("a\nb")
        assert kept_mark(digest("other"), "a") == digest("other")
        assert kept_mark(None, "a") is None

    def test_only_told_texts_are_there(self) -> None:
        """A listing that tells less does not empty the rest; an empty text is one."""
        assert source_texts(Content("Coffee", summary="")) == {"name": "Coffee", "summary": ""}
        assert tuple(source_texts(make.content())) == tuple(office_texts(make.office_product())) == TEXTS

    @given(st.text(max_size=20), st.text(max_size=20))
    def test_marks_are_equal_exactly_when_the_texts_are(self, one: str, other: str) -> None:
        """Two texts have one fingerprint when they compare as equal."""
        assert (text_mark(one) == text_mark(other)) == (canonical(one) == canonical(other))


class TestShelf:
    """Shared stock comes back from the database as it went in."""

    @given(SHELF)
    def test_a_shelf_is_read_back(self, shelf: Shelf) -> None:
        """Fractions and negative totals included."""
        assert shelf_of(json.loads(json.dumps({"shelf": spell_shelf(shelf)}))) == shelf

    @given(PENDING)
    def test_a_pending_write_is_read_back(self, pending: Pending) -> None:
        """With its side, its stamp and the shelf that counts once it took effect."""
        assert pending_of(json.loads(json.dumps({"pending": spell_pending(pending)}))) == pending

    def test_before_it_was_counted_there_is_none(self) -> None:
        """A base without a shelf knows nothing, and nothing is pending."""
        assert shelf_of({}) is None
        assert pending_of({}) is None

    def test_the_quantity_that_was_agreed_last_is_the_first_count(self) -> None:
        """Shared from now on: the source's number is the total, the office's is taken without what orders took."""
        base = {"quantity": ["5", "8"], "taken": "3"}
        assert shelf_of(base) == Shelf(Decimal(5), Decimal(5), Decimal(5), Decimal(3))
        assert shelf_of({"quantity": ["5", "8"]}) == Shelf(Decimal(5), Decimal(5), Decimal(8), Decimal(0))

    @pytest.mark.parametrize("agreed", [["5", None], ["5", ""]])
    def test_a_quantity_that_the_office_never_said_is_no_count(self, agreed: list[str | None]) -> None:
        """Nothing was noted of it, or it sold without limit."""
        assert shelf_of({"quantity": agreed}) is None


class TestImages:
    """Pictures are compared by their addresses."""

    def test_other_pictures_are_noticed(self) -> None:
        """Another, a further or a moved picture changes the fingerprint, another description does not."""
        second = Image("https://shop.example/2.png")
        prints = [
            images_digest(make.product(images=images))
            for images in ((), (PICTURE,), (PICTURE, second), (second, PICTURE))
        ]
        assert len(set(prints)) == 4
        assert images_digest(make.product(images=(Image(PICTURE.url, "back"),))) == prints[1]

    def test_pictures_are_sent_to_products_that_syncd_made(self) -> None:
        """Only a base that tells pictures asks for them: products that were there before keep theirs."""
        product = make.product(images=(PICTURE,))
        assert images_pending(product, {"images": ""})
        assert not images_pending(product, {"images": images_digest(product)})
        assert not images_pending(product, {})

    def test_who_made_a_product(self) -> None:
        """The account of its pictures tells; without a base nothing is known."""
        assert made_here({"images": ""})
        assert not made_here({})
        assert not made_here(None)
