"""The demo: two simulated shops, the real job between them, and a comparison by code that shares nothing with it."""
