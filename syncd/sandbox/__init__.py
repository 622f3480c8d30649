"""Sandbox shops: real HTTP servers on loopback that behave like the shops described in ``contracts/``.

They hold their state in memory, import nothing of the rest of the project, and exist so that the bridge can be
tried, demonstrated and tested against every trap of the real programs without a real shop.
"""
