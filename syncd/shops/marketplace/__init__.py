"""The CS-Cart Add-on Marketplace: where add-ons are sold, with licence numbers (contracts/sources §3)."""
