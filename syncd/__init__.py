"""syncd keeps a CS-Cart shop and a Webasyst (Shop-Script) shop in step."""

__version__ = "0.1.0"
