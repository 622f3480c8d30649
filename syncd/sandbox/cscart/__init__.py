"""A CS-Cart shop in memory, written from ``contracts/cscart/CONTRACT.md``."""
