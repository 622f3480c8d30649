"""Any story of both shops with the way back of orders: statuses and tracking numbers cross in both directions, and once it
is quiet nothing swings to and fro."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from tests.scenarios.test_machine import LEFT_TO_A_PERSON, QUICK, THOROUGH, TROUBLES, TwoShops, places


class BothWays(TwoShops):
    """The stories of both shops, and what staff does in Webasyst reaches CS-Cart."""

    left = LEFT_TO_A_PERSON | {"status-conflict"}

    @initialize()
    def both_ways(self) -> None:
        """A shipped order has the letter that completes it on the way there: an echo would show."""
        self.pair.set(statuses_back='{"processing":"P","shipped":"C","completed":"C"}')

    @precondition(lambda self: self.pair.office_orders())
    @rule(place=places, number=st.sampled_from(("RR1", "RR2")))
    def parcel(self, place: int, number: str) -> None:
        """Staff notes the number of the parcel, where the workflow allows it."""
        rows = self.pair.office_orders()
        order = rows[place % len(rows)]
        if order["state_id"] != "completed":
            self.pair.at_webasyst(
                "order.action", id=order["id"], action="editshippingdetails", tracking_number=number
            )

    @rule(trouble=st.sampled_from(TROUBLES), times=st.integers(1, 2))
    def trouble_there(self, trouble: dict[str, Any], times: int) -> None:
        """Some of the coming writes to CS-Cart lose their answer, or fail."""
        for name in ("PUT orders", "POST shipments", "PUT shipments"):
            self.pair.cscart.faults.add({**trouble, "match": {"name": name}, "times": times})

    @invariant()
    def no_parcel_twice(self) -> None:
        """At no moment has an order two shipments."""
        parcels = Counter(row["order_id"] for row in self.pair.cscart.dump()["shipments"].values())
        assert max(parcels.values(), default=1) == 1

    def agree(self) -> None:
        """Every number that Webasyst has is in CS-Cart, too."""
        TwoShops.agree(self)
        shipped = {str(row["order_id"]): row["tracking_number"] for row in self._parcels()}
        for row in self.pair.office_orders():
            number = row["params"].get("tracking_number")
            assert not number or shipped.get(row["params"]["cscart_order_id"]) == number

    def _parcels(self) -> list[dict[str, Any]]:
        return list(self.pair.cscart.dump()["shipments"].values())


def test_short_stories_both_ways_end_in_agreement() -> None:
    """A few short stories of both shops."""
    run_state_machine_as_test(BothWays, settings=QUICK)


@pytest.mark.slow
def test_long_stories_both_ways_end_in_agreement() -> None:
    """Many long ones; `SCENARIO_STORIES` says how many."""
    run_state_machine_as_test(BothWays, settings=THOROUGH)
