"""Horoshop, also sold as Cartum: a shop that orders come from (contracts/sources §1)."""
