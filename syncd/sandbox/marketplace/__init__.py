"""A CS-Cart Add-on Marketplace in memory, written from ``contracts/sources/CONTRACT.md`` §3."""
