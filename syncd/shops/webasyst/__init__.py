"""Webasyst Shop-Script over its HTTP API: the back office that orders and products are written to."""
