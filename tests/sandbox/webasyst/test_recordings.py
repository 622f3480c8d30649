"""The sandbox answers as the real shop did: every recording that can be set up is sent and compared."""

from __future__ import annotations

from typing import Any

import pytest

from . import recordings

LEAST_SHARE = 0.99


def replay_everything() -> dict[str, list[str]]:
    """Name -> differences, for every recording that some stage plays."""
    known = recordings.load()
    found: dict[str, list[str]] = {}
    for stage in recordings.stages():
        replay = recordings.Replay(stage)
        for step in steps(stage, known):
            if isinstance(step, dict):
                replay.prepare(step)
                continue
            answer = replay.play(known[step])
            found[step] = recordings.differences(known[step], answer)
    return found


def steps(stage: dict[str, Any], known: dict[str, recordings.Recording]) -> list[Any]:
    """The listed steps; "group/*" stands for the recordings of a group that no stage lists by name."""
    listed = {step for one in recordings.stages() for step in one["steps"] if isinstance(step, str)}
    found: list[Any] = []
    for step in stage["steps"]:
        if isinstance(step, str) and step.endswith("/*"):
            found += [name for name in known if name.startswith(step[:-1]) and name not in listed]
        else:
            found.append(step)
    return found


@pytest.fixture(scope="module")
def results() -> dict[str, list[str]]:
    """One replay for all tests of this module."""
    return replay_everything()


def test_every_recording_agrees_or_is_left_out_with_a_reason(results: dict[str, list[str]]) -> None:
    """Status, error code, keys and types of an answer are those of the recording."""
    excused = recordings.left_out()
    wrong = {name: lines[:3] for name, lines in results.items() if lines and name not in excused}
    assert not wrong, "\n".join(f"{name}: {'; '.join(lines)}" for name, lines in sorted(wrong.items()))


def test_nothing_is_left_out_that_would_agree(results: dict[str, list[str]]) -> None:
    """A recording on the list of those left out that agrees after all must be taken off the list."""
    agreeing = [name for name in recordings.left_out() if name in results and not results[name]]
    assert not agreeing, f"Take these off left_out.toml: {agreeing}"


def test_every_recording_is_played_or_left_out(results: dict[str, list[str]]) -> None:
    """No recording is forgotten: it is played in some stage or listed with a reason."""
    known, excused = recordings.load(), recordings.left_out()
    forgotten = [name for name in known if name not in results and name not in excused]
    assert not forgotten, f"Neither played nor left out: {forgotten}"
    assert not [name for name in excused if name not in known], (
        "left_out.toml names recordings that do not exist"
    )


def test_share_of_agreeing_recordings(
    results: dict[str, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """At least 99 % of all recordings agree; the share is printed."""
    total = len(recordings.load())
    agreeing = sum(1 for lines in results.values() if not lines)
    with capsys.disabled():
        print(f"\nWebasyst recordings: {agreeing} of {total} agree ({agreeing / total:.1%})")
    assert agreeing / total >= LEAST_SHARE
