"""JustClick: orders read by windows of days, signed calls and hooks (contracts/sources §2)."""
