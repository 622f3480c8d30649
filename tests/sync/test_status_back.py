"""What the office's moves mean to the source: the newer one wins, a stale one never does, and a person settles the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.status import RANK, STATE_OF, TERMINAL, Target
from syncd.state.order_links import OrderLink
from syncd.sync.status_back import Conflict, Nothing, SetLetter, Wait, decide_back
from syncd.sync.status_decision import Move, Stay, TellSource, decide_move
from tests.sync import builders as make

STATUSES = {
    "P": Target.PROCESSED,
    "A": Target.PAID,
    "S": Target.SHIPPED,
    "C": Target.COMPLETED,
    "R": Target.REFUNDED,
    "I": Target.DELETED,
}
BACK = {
    "new": "O",
    "processing": "P",
    "paid": "A",
    "shipped": "S",
    "completed": "C",
    "refunded": "R",
    "deleted": "I",
    "packing": "K",
}
"""Every state but `fulfilling` has a letter; `packing` is the shop's own and has no rank, `O`, `K` and `B` no meaning."""

STATES = (*RANK, *sorted(TERMINAL), "packing")
LETTERS = (*STATUSES, "O", "K", "B")


def link(*, status: str, carried: str) -> OrderLink:
    return make.order_link(make.order(), status=status, carried=carried)


def decide(
    state: str, letter: str, *, status: str = "O", carried: str = "new"
) -> Nothing | Wait | SetLetter | Conflict:
    known = link(status=status, carried=carried)
    return decide_back(known, state, letter, STATUSES, BACK, moved=letter != status)


def meaning(letter: str) -> str | None:
    return STATE_OF[STATUSES[letter]] if letter in STATUSES else None


def everything() -> Iterator[tuple[str, str, str, str]]:
    """Every state and carried state with every letter and known letter."""
    return product(STATES, LETTERS, LETTERS, STATES)


@pytest.mark.parametrize(
    ("state", "letter"), [("processing", "P"), ("shipped", "S"), ("deleted", "I"), ("packing", "K")]
)
def test_a_move_of_the_office_sets_its_letter(state: str, letter: str) -> None:
    """Ends and states of the shop's own as well."""
    assert decide(state, "O") == SetLetter(letter)


@pytest.mark.parametrize("letter", LETTERS)
def test_a_state_the_source_knows_of_is_no_news(letter: str) -> None:
    """Our own move of the office never comes back as an echo."""
    assert decide("shipped", letter, carried="shipped") == Nothing()


@pytest.mark.parametrize("letter", LETTERS)
def test_a_state_without_a_letter_is_never_told(letter: str) -> None:
    """The setting names what matters."""
    assert decide("fulfilling", letter) == Nothing()


@pytest.mark.parametrize("known", LETTERS)
@pytest.mark.parametrize("state", BACK)
def test_a_letter_that_stands_there_is_not_set_again(state: str, known: str) -> None:
    """Whoever set it: a shop mails its customers on every status."""
    assert decide(state, BACK[state], status=known, carried="?") == Nothing()


@pytest.mark.parametrize(("letter", "state"), [("C", "shipped"), ("S", "paid"), ("P", "new")])
def test_the_office_does_not_take_back_what_the_source_says(letter: str, state: str) -> None:
    """Never backwards, although only the office moved; a person looks at it."""
    decision = decide(state, letter, status=letter, carried="?")
    assert isinstance(decision, Conflict)
    assert f"means {meaning(letter)}, which is beyond" in decision.reason


@pytest.mark.parametrize("letter", [letter for letter in LETTERS if meaning(letter) not in TERMINAL])
@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_an_order_is_cancelled_or_refunded_from_anywhere(state: str, letter: str) -> None:
    """Those two are no step back."""
    assert decide(state, letter, status=letter, carried="completed") == SetLetter(BACK[state])


def test_a_restored_order_comes_back() -> None:
    """The office had deleted it and told so; now it stands where it was before."""
    assert decide("shipped", "I", status="I", carried="deleted") == SetLetter("S")
    assert isinstance(decide("shipped", "I", status="I", carried="paid"), Conflict)
    assert isinstance(decide("completed", "R", status="R", carried="refunded"), Conflict)


@pytest.mark.parametrize(("state", "letter"), [("deleted", "R"), ("refunded", "I")])
def test_of_two_ends_none_wins(state: str, letter: str) -> None:
    """Money may have moved; a person looks at it."""
    for known in ("O", letter):
        assert isinstance(decide(state, letter, status=known, carried="completed"), Conflict)


@pytest.mark.parametrize(
    ("state", "letter", "decision"),
    [
        ("shipped", "P", SetLetter("S")),
        ("completed", "A", SetLetter("C")),
        ("processing", "C", Wait()),
        ("new", "P", Wait()),
    ],
)
def test_when_both_moved_the_one_further_along_wins(
    state: str, letter: str, decision: Wait | SetLetter
) -> None:
    """Where the source is further, the other stream moves the office."""
    assert decide(state, letter, status="O", carried="?") == decision


@pytest.mark.parametrize(
    ("state", "letter"), [("shipped", "B"), ("packing", "P"), ("deleted", "P"), ("paid", "I")]
)
def test_when_both_moved_and_no_rank_decides_a_person_does(state: str, letter: str) -> None:
    """A letter without a meaning, a state of the shop's own, an end on one side; the reason names both."""
    decision = decide(state, letter, status="O", carried="?")
    assert isinstance(decision, Conflict)
    assert state in decision.reason
    assert f"to {letter}" in decision.reason


def test_both_saying_the_same_is_no_news() -> None:
    """Another letter with the same meaning stays as it is."""
    back = BACK | {"shipped": "X"}
    assert (
        decide_back(link(status="O", carried="new"), "shipped", "S", STATUSES, back, moved=True) == Nothing()
    )


def test_in_all_cases_no_newer_status_is_overwritten() -> None:
    """For every state and letter: what is written has its own state's letter, is not there yet, and is no step back."""
    for state, letter, known, carried in everything():
        decision = decide(state, letter, status=known, carried=carried)
        told = meaning(letter)
        if isinstance(decision, SetLetter):
            assert decision.letter == BACK[state] != letter
            assert state != carried
            if told in RANK and state in RANK:
                assert RANK[told] <= RANK[state]
                assert letter == known or RANK[told] < RANK[state]
            if told in TERMINAL:
                assert told == state or (told == "deleted" == carried and letter == known)
            if letter != known:
                assert told in RANK and state in RANK
        if isinstance(decision, Wait):
            assert told in RANK
            assert letter != known
            assert RANK[told] > RANK[state]


# -- both directions together ---------------------------------------------------------------------------------------------

WORKFLOW = {
    "new": {"process", "pay", "ship", "complete", "delete"},
    "processing": {"pay", "ship", "complete", "delete"},
    "paid": {"ship", "complete", "refund"},
    "fulfilling": {"ship", "complete", "delete"},
    "shipped": {"complete", "delete"},
    "completed": {"refund"},
}
ALLOWED = {state: frozenset(actions) for state, actions in WORKFLOW.items()}


def forward(known: OrderLink, state: str, letter: str) -> tuple[OrderLink, str]:
    """The orders stream, as far as statuses go."""
    target = STATUSES.get(letter) if letter != known.status else None
    news = state != known.carried and state in BACK
    move = decide_move(target, state, ALLOWED, news=news)
    if isinstance(move, Move):
        return replace(known, status=letter, carried=move.state), move.state
    if isinstance(move, TellSource):
        return replace(known, status=letter), state
    if isinstance(move, Stay) and target is not None:
        return replace(known, status=letter, carried=state), state
    if isinstance(move, Stay) and (letter == known.status or not news):
        return replace(known, status=letter), state
    return known, state


def backward(known: OrderLink, state: str, letter: str) -> tuple[OrderLink, str]:
    """The way back, as far as statuses go."""
    decision = decide_back(known, state, letter, STATUSES, BACK, moved=letter != known.status)
    if isinstance(decision, SetLetter):
        return replace(known, status=decision.letter, carried=state), decision.letter
    if isinstance(decision, Nothing):
        told = letter if state in BACK and state != known.carried else known.status
        return replace(known, status=told, carried=state), letter
    return known, letter


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("office"), st.sampled_from([*RANK, *sorted(TERMINAL)])),
        st.tuples(st.just("source"), st.sampled_from(LETTERS)),
        st.tuples(st.sampled_from(["forward", "backward"]), st.just("")),
    ),
    max_size=20,
)


@given(STEPS)
def test_whatever_the_order_of_events_our_writes_only_go_forward(steps: list[tuple[str, str]]) -> None:
    """However the two streams and both shops' people alternate: what we write on either side is beyond what stood there,
    or cancels or refunds it; and nothing that we wrote comes back."""
    known, state, letter = link(status="O", carried="new"), "new", "O"
    for who, what in steps:
        if who == "office":
            ahead = what in TERMINAL or (state in RANK and RANK[what] > RANK[state])
            state = what if ahead and state not in TERMINAL else state
        elif who == "source":
            letter = what
        elif who == "forward":
            known, moved = forward(known, state, letter)
            assert moved == state or moved in TERMINAL or RANK[moved] > RANK[state]
            decision = decide_back(known, moved, letter, STATUSES, BACK, moved=letter != known.status)
            assert decision == Nothing() or moved == state
            state = moved
        else:
            before = letter
            known, letter = backward(known, state, letter)
            if letter != before and meaning(before) in RANK and state in RANK:
                assert RANK[meaning(before) or ""] <= RANK[state]
            again, same = forward(known, state, letter)
            assert letter == before or (same, again.status) == (state, letter)


@given(STEPS)
def test_once_it_is_quiet_the_streams_come_to_rest(steps: list[tuple[str, str]]) -> None:
    """After two rounds without anybody's moves a third one writes nothing: nothing swings to and fro."""
    known, state, letter = link(status="O", carried="new"), "new", "O"
    for who, what in steps:
        if who == "office" and state in RANK:
            state = what
        elif who == "source":
            letter = what
    for _ in range(2):
        known, state = forward(known, state, letter)
        known, letter = backward(known, state, letter)
    assert forward(known, state, letter) == (known, state)
    assert backward(known, state, letter) == (known, letter)
