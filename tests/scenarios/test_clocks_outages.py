"""Clocks that differ, jump and repeat hours while syncd is off or has lost an answer: nothing is missed or done twice.

No sweep comes to the rescue here: what is told by time stamps must be found by them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syncd.daemon.cycle import Ending
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.webasyst.shop import WebasystShop
from tests.scenarios.invariants import in_step
from tests.scenarios.living import Living
from tests.scenarios.shops import ORDER_ADD, Pair

QUARTER = 900
"""Seconds; as far as clocks of shops are wrong."""
UPDATE_TIME = 300
NEVER = 10**9
MOMENTS: dict[str, tuple[str, str]] = {
    "Vladivostok": ("Asia/Vladivostok", "2026-07-01T11:30"),
    "New York falls back": ("America/New_York", "2026-11-01T05:30"),
    "New York springs forward": ("America/New_York", "2027-03-14T06:30"),
    "Berlin falls back": ("Europe/Berlin", "2026-10-25T00:30"),
    "Berlin springs forward": ("Europe/Berlin", "2027-03-28T00:30"),
}
"""Webasyst's time zone, and half an hour before its clocks are changed, in UTC."""
SKEWS = [(QUARTER, -QUARTER), (-QUARTER, QUARTER)]
"""By how many seconds the clocks of CS-Cart and of Webasyst are wrong."""


@dataclass(slots=True)
class Office:
    """Both shops and syncd, and what people have done in them so far."""

    living: Living
    orders: list[int] = field(default_factory=list)
    steps: int = 0

    @property
    def pair(self) -> Pair:
        """The shops."""
        return self.living.pair

    def people(self) -> None:
        """People edit a product in either shop, a customer buys, and staff works on the order before."""
        self.steps += 1
        if self.orders:
            self.process(self.orders[-1])
        self.pair.at_cscart("product.update", sku="A", full_description=f"Source {self.steps}")
        product = self.pair.office_product("B")["id"]
        self.pair.at_webasyst("product.update", id=product, name=f"Office {self.steps}")
        self.orders.append(self.pair.place("A"))

    def process(self, number: int) -> None:
        """Staff processes an order, once it is there."""
        there = [r for r in self.pair.office_orders() if r["params"].get("cscart_order_id") == str(number)]
        if there and there[0]["state_id"] == "new":
            self.pair.at_webasyst("order.action", id=there[0]["id"], action="process")

    def cycle(self) -> None:
        """Every stream has its turn."""
        reports = self.living.cycle()
        assert {report.ending for report in reports.values()} == {Ending.OK}, reports
        assert self.living.failures() == []

    def arrived(self) -> None:
        """All that people did stands in both shops, once."""
        names = {row["code"]: row["name"] for row in self.pair.cscart.dump()["products"].values()}
        assert self.pair.office_product("A")["description"] == f"Source {self.steps}"
        assert names["B"] == f"Office {self.steps}"
        letters = {int(number): row["status"] for number, row in self.pair.source_orders().items()}
        for number in self.orders:
            state = self.pair.office_order(number)["state_id"]
            assert letters[number] == ("P" if state == "processing" else "O"), f"order {number} is {state}"
        in_step(self.pair)

    def quiet(self) -> None:
        """Now, and when the update time has passed, there is nothing to write."""
        self.pair.forget_counts()
        self.cycle()
        self.pair.later(UPDATE_TIME)
        self.cycle()
        assert self.pair.writes == 0, self.pair.webasyst.counters.by_method


Opener = Callable[..., Office]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opener]:
    """Opens shops with products A and B at a moment, their clocks wrong by so much; syncd's machine lives in Kathmandu."""
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    opened: list[Living] = []

    def open_office(moment: str = "Vladivostok", skew: tuple[int, int] = (0, 0)) -> Office:
        zone, begins = MOMENTS[moment]
        living = Living(
            CSCartShop(products=0), WebasystShop(products=0, timezone=zone), tmp_path / f"data-{len(opened)}"
        )
        opened.append(living)
        pair = living.pair
        pair.later((datetime.fromisoformat(begins).replace(tzinfo=UTC) - pair.now()).total_seconds())
        pair.cscart.shop.clock.advance(skew[0])
        pair.webasyst.shop.clock.advance(skew[1])
        pair.set(
            products={"sweep_time": NEVER, "update_time": UPDATE_TIME},
            orders={"update_time": UPDATE_TIME},
            statuses_back='{"new":"O","processing":"P"}',
        )
        pair.product("A")
        pair.product("B")
        office = Office(living)
        office.cycle()
        return office

    yield open_office
    for living in opened:
        living.close()
    monkeypatch.undo()
    time.tzset()


def sleep_through(office: Office, hours: int = 3) -> None:
    """syncd is off for hours, people do something every ten minutes, and one cycle catches up."""
    for _ in range(hours * 6):
        office.pair.later(600)
        office.people()
    office.living.restart()
    office.cycle()
    office.arrived()
    office.quiet()


class TestTimeZones:
    """Webasyst tells naive times of a zone that is neither CS-Cart's nor that of syncd's machine."""

    @pytest.mark.parametrize("moment", MOMENTS)
    def test_an_outage_over_a_change_of_clocks_is_caught_up(self, office: Opener, moment: str) -> None:
        """The cursor is from before, the changes from before, between and after."""
        sleep_through(office(moment))

    @pytest.mark.parametrize("minutes", [0, 20, 40, 60, 80, 100])
    def test_a_cursor_in_any_part_of_the_night_finds_what_follows(self, office: Opener, minutes: int) -> None:
        """Wherever in the two hours of the same name syncd stops."""
        here = office("Berlin falls back")
        here.pair.later(minutes * 60)
        here.people()
        here.cycle()
        here.arrived()
        sleep_through(here, hours=2)


class TestWrongClocks:
    """Clocks that are wrong for good."""

    @pytest.mark.parametrize("skew", SKEWS)
    def test_an_outage_is_caught_up(self, office: Opener, skew: tuple[int, int]) -> None:
        """Each stream reads in the clock of the shop it asks."""
        sleep_through(office(skew=skew), hours=1)

    @pytest.mark.parametrize("skew", SKEWS)
    @pytest.mark.parametrize("fault", [{"when": "after", "kind": "drop"}, {"when": "answer", "kind": "html"}])
    def test_a_creation_whose_answer_was_lost_is_found(
        self, office: Opener, skew: tuple[int, int], fault: dict[str, Any]
    ) -> None:
        """When it began is known in our clock, when it was made in Webasyst's."""
        here = office(skew=skew)
        pair = here.pair
        pair.product("C")
        here.orders.append(pair.place("A", "C"))
        for name in (ORDER_ADD, {"name": "shop.product.add"}):
            pair.webasyst.faults.add({**fault, "match": name, "times": 1})
        here.steps = 0
        for _ in range(4):
            here.living.cycle()
            pair.later(UPDATE_TIME)
        assert here.living.failures() == []
        assert len([row for row in pair.office_products() if row["skus"][0]["sku"] == "C"]) == 1
        in_step(pair)

    @pytest.mark.parametrize("skew", SKEWS)
    def test_an_order_without_its_params_is_found(self, office: Opener, skew: tuple[int, int]) -> None:
        """It carries no reference, so it is known by its time: held for a person, never sent twice."""
        here = office(skew=skew)
        pair = here.pair
        number = pair.place("A")
        pair.at_webasyst("half_write")
        for _ in range(4):
            here.living.cycle()
            pair.later(UPDATE_TIME)
        assert [(row.record_key, row.code) for row in here.living.failures()] == [
            (str(number), "half-written")
        ]
        assert len(pair.office_orders()) == 1


class TestSteps:
    """Clocks that are put right, or wrong, while syncd is off for twenty minutes."""

    @pytest.mark.parametrize("shop", ["cscart", "webasyst"])
    @pytest.mark.parametrize("step", [QUARTER, -QUARTER])
    def test_what_happened_before_and_after_a_step_is_found(
        self, office: Opener, shop: str, step: int
    ) -> None:
        """People are at work before it, after it, and when it is taken back."""
        here = office()
        running = here.pair.cscart if shop == "cscart" else here.pair.webasyst
        for seconds in (step, -step):
            here.people()
            running.shop.clock.advance(seconds)
            here.pair.later(30)
            here.people()
            here.pair.later(4 * UPDATE_TIME)
            here.cycle()
            here.pair.later(UPDATE_TIME)
            here.cycle()
            here.arrived()
        here.quiet()

    def test_a_machine_that_slept_finds_what_changed_at_the_beginning_of_its_sleep(
        self, office: Opener
    ) -> None:
        """CS-Cart counts hours back from its now; what we reckon that to be stands still while our machine sleeps."""
        here = office()
        here.pair.at_cscart("product.update", sku="A", full_description="Edited in the evening")
        here.pair.later(8 * 3600)
        here.living.cycle("products")
        assert here.pair.office_product("A")["description"] == "Edited in the evening"
