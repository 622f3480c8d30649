"""Seeing before writing: the ordinary cycles run with their writes recorded instead of sent, or held to such a record."""
