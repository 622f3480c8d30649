"""What syncd answers over HTTP: the hooks of the shops (DESIGN: faces)."""
