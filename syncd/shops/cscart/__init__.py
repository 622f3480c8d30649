"""CS-Cart: the shop that orders and products come from (contracts/cscart)."""
