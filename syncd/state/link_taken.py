"""The refusal of a second partner for a record that is linked already."""

from __future__ import annotations

from syncd.errors import SetAside


class LinkTaken(SetAside):
    """One side of a new link is linked to another record; the database has the last word against duplicates."""

    code = "link-taken"
