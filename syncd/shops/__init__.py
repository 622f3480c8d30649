"""The shops: one folder each, over one transport. Only these modules know what goes over the wire."""
