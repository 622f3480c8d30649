"""What goes wrong on the way back: shops that do not answer, accidents, records in the way of others, clocks and crashes."""

from __future__ import annotations

from syncd.daemon.cycle import Ending
from syncd.daemon.once import Exit
from tests.scenarios.conftest import Opener
from tests.scenarios.shops import Pair
from tests.scenarios.test_orders_back import BACK, act
from tests.scenarios.test_products_back import staff

PUT = {"method": "PUT"}
POST = {"method": "POST"}
LOST = {"when": "before", "kind": "drop"}
BROKEN = {"when": "before", "kind": "status", "status": 500}


def stocked(shops: Opener, number: int) -> tuple[Pair, list[str]]:
    """So many products, linked and quiet."""
    pair = shops()
    codes = [f"P{index}" for index in range(number)]
    for code in codes:
        pair.product(code, amount=5)
    assert pair.run().exit is Exit.OK
    pair.later(600)
    assert pair.run().exit is Exit.OK
    pair.forget_counts()
    return pair, codes


class TestTrouble:
    """CS-Cart reads well and answers no write."""

    def test_three_products_without_an_answer_stop_the_stream(self, shops: Opener) -> None:
        """Each of them costs a whole deadline: a catalogue of them would take days."""
        pair, codes = stocked(shops, 8)
        pair.set(http={"deadline": 1})
        for code in codes:
            staff(pair, code, name=f"New {code}")
        pair.cscart.faults.add({**LOST, "match": PUT, "times": None})
        report = pair.cycle("products-back")
        assert (report.ending, pair.calls("PUT products")) == (Ending.FAILED, 3)
        pair.cscart.faults.clear()
        pair.later(600)
        assert pair.run().exit is Exit.OK
        assert {pair.source_product(code)["name"] for code in codes} == {f"New {code}" for code in codes}

    def test_three_orders_without_an_answer_stop_the_stream(self, started: Pair) -> None:
        """The same for statuses; and afterwards every order is told."""
        started.set(statuses_back=BACK, http={"deadline": 1})
        numbers = [started.place("A") for _ in range(8)]
        started.run()
        started.later(600)
        for number in numbers:
            act(started, number, "process")
        started.forget_counts()
        started.cscart.faults.add({**LOST, "match": PUT, "times": None})
        report = started.cycle("orders-back")
        assert (report.ending, started.calls("PUT orders")) == (Ending.FAILED, 3)
        started.cscart.faults.clear()
        started.later(600)
        assert started.run().exit is Exit.OK
        assert {row["status"] for row in started.source_orders().values()} == {"P"}

    def test_a_product_that_breaks_cscart_rests_longer_and_longer(self, shops: Opener) -> None:
        """It is repeated once at once, and then after growing pauses; the others go on."""
        pair, _ = stocked(shops, 3)
        staff(pair, "P0", name="Breaks")
        staff(pair, "P1", name="Goes")
        pair.cscart.faults.add({**BROKEN, "match": {"method": "PUT", "body": "Breaks"}, "times": None})
        for _ in range(12):
            pair.cycle("products-back")
            pair.later(25)
        assert pair.source_product("P1")["name"] == "Goes"
        assert pair.calls("PUT products") <= 1 + 3
        pair.cscart.faults.clear()
        assert pair.run().exit is Exit.OK
        assert pair.source_product("P0")["name"] == "Breaks"
