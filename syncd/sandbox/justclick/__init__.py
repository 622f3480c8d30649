"""A JustClick account in memory, written from ``contracts/sources/CONTRACT.md`` §2."""
