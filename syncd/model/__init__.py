"""Canonical records: products, orders, statuses and money, free of any shop's wire format."""
