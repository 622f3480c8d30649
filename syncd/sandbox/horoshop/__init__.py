"""A Horoshop shop in memory, written from ``contracts/sources/CONTRACT.md`` §1."""
