"""Decisions and the executor: what to do about each record, and doing it exactly once."""
