"""Plans made and applied between two shops of a scenario."""

from __future__ import annotations

from syncd.daemon.planning import Applied, Planned, apply_plan, make_plan
from syncd.sync.preview import plan as plans
from syncd.sync.preview.plan import Plan
from tests.scenarios.shops import Pair


def planned(pair: Pair, *streams: str) -> Planned:
    """A plan of what the next run would write; neither shop is written to."""
    before = pair.writes
    settings = pair.settings()
    there = (pair.data_dir / "syncd.db").exists()
    if not there:
        made = make_plan(settings, None, streams or pair.streams, now=pair.now)
    else:
        with pair.database() as db:
            made = make_plan(settings, db, streams or pair.streams, now=pair.now)
    assert pair.writes == before
    return made


def applied(pair: Pair, plan: Plan) -> Applied:
    """The plan carried out, as it is read back from its file."""
    text = plans.spelled(plan)
    return apply_plan(pair.settings(), plans.read(text, "the plan"), now=pair.now)


def told(plan: Plan) -> list[tuple[str, str, str]]:
    """What the plan does, without its values."""
    return [write.place for write in plan.writes]
