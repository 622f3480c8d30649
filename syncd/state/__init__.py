"""What syncd remembers: links, cursors, intents, failures and history, in one database (DESIGN: state)."""
