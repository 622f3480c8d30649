"""Taking turns: a few of many each time, so that all have their turn."""

from __future__ import annotations

from collections.abc import Collection


def _by_number(key: str) -> tuple[int, str]:
    return len(key), key


class Rotation:
    """Goes round a changing set of keys, in their order, where it stopped the last time."""

    def __init__(self) -> None:
        self._start = self._last = ""
        self._turn: object = self

    def take(self, keys: Collection[str], most: int, turn: object) -> list[str]:
        """The next `most` of these keys behind the last one taken, from the first one again after the end.

        Whoever asks again with the same `turn` gets the same ones: a cycle may read its changes twice.
        """
        if turn != self._turn:
            self._turn, self._start = turn, self._last
        ordered = sorted(set(keys), key=_by_number)
        behind = [key for key in ordered if _by_number(key) > _by_number(self._start)]
        taken = (behind + ordered[: len(ordered) - len(behind)])[:most]
        if taken:
            self._last = taken[-1]
        return taken
