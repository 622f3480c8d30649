"""A sample is a share of all records, the same for the same seed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncd.sync.difference import Sample

SHARES = st.floats(0.01, 1)


@given(SHARES, st.text())
def test_a_seed_picks_the_same_records(share: float, seed: str) -> None:
    """Asked twice, a record belongs to the sample or does not."""
    assert [Sample(share, seed).picks(n) for n in range(50)] == [
        Sample(share, seed).picks(n) for n in range(50)
    ]


@given(SHARES, SHARES, st.text())
def test_a_larger_share_holds_the_smaller_one(one: float, other: float, seed: str) -> None:
    """More of the same: nothing leaves a sample that grows."""
    small, large = sorted((one, other))
    assert all(Sample(large, seed).picks(n) for n in range(200) if Sample(small, seed).picks(n))


def test_the_whole_leaves_nothing_out() -> None:
    """A share of one is everything, a half is about that."""
    assert all(Sample(1).picks(n) for n in range(1000))
    assert 400 < sum(Sample(0.5, "seed").picks(n) for n in range(1000)) < 600
