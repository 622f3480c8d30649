"""A difference that a comparison of both shops found, for a person's eyes."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

ORDER, PRODUCT = "order", "product"
ABSENT = "does not exist"
"""What a shop says of a record that it lacks."""
UNLINKED = "not linked"
"""What is said of a record that both shops have and that syncd does not know as one."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one record that both shops should agree on and do not.

    `name` is what people call it (an order's number, a SKU); `webasyst` its id there, 0 for none. Values are spelled, and
    shortened.
    """

    kind: str
    source: str
    key: str
    name: str
    webasyst: int
    field: str
    source_says: str
    webasyst_says: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A share of all records (0 to 1); the same seed picks the same ones."""

    share: float
    seed: str = ""

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return self.share >= 1

    def picks(self, key: object) -> bool:
        """Whether the record belongs to the sample."""
        return self.whole or zlib.crc32(f"{self.seed}/{key}".encode()) < self.share * 2**32
