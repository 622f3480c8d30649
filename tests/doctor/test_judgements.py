"""What the doctor makes of what it sees: pure judgements, each with its reason and the way out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.doctor import (
    features,
    hooks,
    letters,
    machine,
    network,
    office,
    places,
    privileges,
    sources,
    workflow,
)
from syncd.doctor.finding import Finding, Level, Verdict, error, ok, verdict, warning
from syncd.doctor.skus import Codes
from syncd.model.sku import SkuRule
from syncd.model.status import Target
from syncd.settings import load_settings
from tests.settings.test_load import NEEDED

NOW = datetime(2026, 11, 26, tzinfo=UTC)
OK, WARNING, ERROR = Level.OK, Level.WARNING, Level.ERROR
SHOP = {"P": "Paid", "C": "Complete", "O": "Open"}
STATES = {
    "new": frozenset({"process", "delete"}),
    "processing": frozenset({"complete"}),
    "completed": frozenset[str](),
}


def complete(finding: Finding) -> bool:
    """A finding that asks for something says what, why and how."""
    return finding.level is OK or bool(finding.what and finding.why and finding.fix)


def test_the_worst_finding_decides() -> None:
    """0 when all is well, 3 for warnings, 1 as soon as there is an error."""
    good, odd = ok("x", "y", "z"), warning("x", "y", "z", why="w", fix="f")
    wrong = error("x", "y", "z", why="w", fix="f")
    assert verdict([]) is Verdict.OK
    assert verdict([good]) is Verdict.OK
    assert verdict([good, odd]) is Verdict.WARNINGS
    assert verdict([wrong, odd, good]) is Verdict.ERRORS
    assert (int(Verdict.OK), int(Verdict.WARNINGS), int(Verdict.ERRORS)) == (0, 3, 1)


@pytest.mark.parametrize(
    ("finding", "level"),
    [
        (machine.disk(Path("/data"), machine.LEAST_FREE - 1), ERROR),
        (machine.disk(Path("/data"), machine.LEAST_FREE), WARNING),
        (machine.disk(Path("/data"), machine.GOOD_FREE), OK),
        (machine.database("db", None), OK),
        (machine.database("db", "it is read-only"), ERROR),
        (machine.sqlite((3, 51, 3)), OK),
        (machine.sqlite((3, 51, 2)), WARNING),
        (machine.sqlite((4, 0, 0)), OK),
        (network.name("s", "h", ["1.2.3.4"]), OK),
        (network.name("s", "h", "Name or service not known"), ERROR),
        (network.certificate("s", "h", NOW + timedelta(days=15), NOW), OK),
        (network.certificate("s", "h", NOW + timedelta(days=14), NOW), WARNING),
        (network.certificate("s", "h", "self-signed certificate", NOW), ERROR),
        (network.in_clear("s", "h", local=True), OK),
        (network.in_clear("s", "h", local=False), WARNING),
        (network.proxied("s", "h"), OK),
        (network.offset("s", None), WARNING),
        (network.offset("s", -60), OK),
        (network.offset("s", 61), WARNING),
        (network.offset("s", -61), WARNING),
        (features.feature(features.UPDATED_AT_FROM, None), OK),
        (features.feature(features.UPDATED_AT_FROM, True), OK),
        (features.feature(features.UPDATED_AT_FROM, False), WARNING),
        (office.mails(), OK),
        (office.currency("EUR", "USD", known=True), OK),
        (office.currency(None, "USD", known=True), OK),
        (office.currency("PLN", "USD", known=False), ERROR),
        (office.form_limit(900, kept=True), OK),
        (office.form_limit(900, kept=False), WARNING),
        (office.batch(None), OK),
        (office.batch("blocked"), WARNING),
        (places.place("s", "SYNCD_X", "category", None, {}), OK),
        (places.place("s", "SYNCD_X", "category", 2, {2: "Two"}), OK),
        (places.place("s", "SYNCD_X", "category", 3, {2: "Two"}), ERROR),
        (privileges.whole([]), OK),
        (privileges.whole(["orders"]), ERROR),
        (privileges.product_types({"type.1": 1}, {1: "One"}), OK),
        (privileges.product_types({"type.1": 0}, {1: "One"}), WARNING),
        (privileges.product_types({"type.all": 2}, {1: "One"}), OK),
        (privileges.actions({"workflow_actions.pay": 1}, ["pay"]), OK),
        (privileges.actions({"workflow_actions.pay": 0}, ["pay"]), ERROR),
        (privileges.actions({"workflow_actions.pay": 0}, ["ship"]), OK),
        (privileges.reading({})[0], OK),
        (privileges.reading({"orders": "403"})[0], ERROR),
        (privileges.writing({}, [])[0], OK),
        (privileges.writing({"a change": "403"}, [])[0], ERROR),
        (privileges.writing({}, ["blocked"])[0], WARNING),
        (sources.statuses("h", {"1": "New"}, ["1"], [])[0], OK),
        (sources.statuses("h", {"1": "New", "9": "Odd"}, ["1"], [])[0], WARNING),
        (sources.statuses("h", {"1": "New"}, ["1"], ["7"])[0], ERROR),
        (sources.no_statuses("h", "too old"), WARNING),
        (sources.licences("m", shown=True), OK),
        (sources.licences("m", shown=False), WARNING),
        (sources.switched_off("m"), OK),
    ],
)
def test_levels(finding: Finding, level: Level) -> None:
    """Each side of every boundary has its level, and whatever is not well says why it matters and what to do."""
    assert finding.level is level
    assert complete(finding)


def test_a_lacking_place_names_those_that_are_there() -> None:
    """The fix can be copied; a long list is cut."""
    many = {number: f"Category {number}" for number in range(1, 30)}
    finding = places.place("cscart", "SYNCD_CSCART__CATEGORY_ID", "category", 99, many)

    assert "1 (Category 1)" in finding.fix
    assert "11 (Category 11)" not in finding.fix
    assert finding.fix.endswith("...")


def test_letters_that_the_shop_lacks_are_errors_in_every_setting() -> None:
    """Both maps, and the list of statuses to skip."""
    found = letters.letters(SHOP, {"X": Target.PAID, "P": Target.PAID}, {"shipped": "Z"}, {"Y"})

    told = {one.what.split()[0]: one for one in found if one.level is ERROR}
    assert set(told) == {"SYNCD_STATUSES", "SYNCD_STATUSES_BACK", "SYNCD_ORDERS__SKIP_STATUSES"}
    assert all("P (Paid)" in one.fix for one in told.values())


def test_letters_that_the_shop_never_lists_are_no_mistake() -> None:
    """N and T are hidden, and may be skipped or mapped; but nothing can be moved there."""
    assert all(one.level is OK for one in letters.letters(SHOP, {"T": Target.PAID}, {}, {"N"}))
    assert any(one.level is ERROR for one in letters.letters(SHOP, {"P": Target.PAID}, {"new": "N"}, set()))


def test_an_empty_map_is_a_warning_with_an_example_of_this_shops_letters() -> None:
    """The example is what can be set as it is."""
    (finding,) = letters.letters({"C": "Complete"}, {}, {}, set())

    assert finding.level is WARNING
    assert 'SYNCD_STATUSES={"C":"completed"}' in finding.fix


def test_letters_without_a_meaning_are_named() -> None:
    """That is normal for open orders, so it is no warning."""
    (finding,) = letters.letters(SHOP, {"P": Target.PAID, "C": Target.COMPLETED}, {}, set())
    (whole,) = letters.letters({"P": "Paid"}, {"P": Target.PAID}, {}, set())

    assert (finding.level, "O (Open)" in finding.what) == (OK, True)
    assert "every status letter" in whole.what


def test_a_target_is_reached_by_its_action_and_its_state() -> None:
    """A workflow that lost either leads nowhere."""
    no_state = {"new": frozenset({"complete"})}
    no_action = {"new": frozenset({"process"}), "completed": frozenset[str]()}
    for states in (no_state, no_action):
        (finding,) = workflow.workflow(states, {Target.COMPLETED}, {})
        assert finding.level is ERROR
        assert "completed (action complete)" in finding.what
        assert complete(finding)
    (good,) = workflow.workflow(STATES, {Target.COMPLETED}, {"new": "O"})
    assert good.level is OK


def test_a_state_of_the_way_back_must_exist() -> None:
    """The ids of the states are told."""
    (finding,) = workflow.workflow(STATES, set(), {"packed": "P"})

    assert (finding.level, "packed" in finding.what) == (ERROR, True)
    assert "completed, new, processing" in finding.fix


@given(st.lists(st.text(alphabet="aAbB ", max_size=3), max_size=12), st.booleans())
def test_doubled_and_empty_skus_are_those_that_the_streams_take_for_it(codes: list[str], case: bool) -> None:
    """A code is doubled or empty by the very rule that products are matched with."""
    rule = SkuRule(case_sensitive=case)
    noted = Codes(rule)
    for number, code in enumerate(codes):
        noted.add(code, f"product {number}")
    keys = [rule.key(code) for code in codes]
    doubled = {key for key in keys if key and keys.count(key) > 1}

    found = {one.check: one for one in noted.findings("cscart")}

    assert ("doubled skus" in found) == bool(doubled)
    assert ("empty skus" in found) == ("" in keys)
    assert not doubled or found["doubled skus"].what.startswith(f"{len(doubled)} SKUs")
    assert "" not in keys or found["empty skus"].what.startswith(f"{keys.count('')} products")
    assert all(complete(one) for one in found.values())


def test_unreadable_products_are_counted() -> None:
    """They are not silently left out."""
    codes = Codes(SkuRule(), unreadable=2)
    (finding,) = codes.findings("webasyst")

    assert (finding.check, finding.level) == ("unreadable products", WARNING)
    assert finding.what.startswith("2 products")


def test_many_doubled_skus_are_not_all_spelled_out() -> None:
    """Five examples are enough to find the rest."""
    codes = Codes(SkuRule())
    for number in range(7):
        codes.add(f"S{number}", "one")
        codes.add(f"S{number}", "two")
    (finding,) = codes.findings("cscart")

    assert "S4 and 2 more" in finding.what


def test_the_hint_about_hooks() -> None:
    """Without a secret nobody calls; with one the hint says what has to stand in between."""
    none = hooks.hooks(load_settings(NEEDED))
    secret = {"SYNCD_CSCART__HOOK_SECRET": "0123456789abcdef"}
    local = hooks.hooks(load_settings(NEEDED | secret))
    public = hooks.hooks(load_settings(NEEDED | secret | {"SYNCD_HTTP__HOST": "0.0.0.0"}))

    assert "no hook_secret" in none.what
    assert "cscart may call" in local.what
    assert "web server must pass" in local.fix
    assert "behind TLS" in public.fix
    assert "0123456789abcdef" not in local.what + local.fix
