"""`syncd doctor`: what both shops, the sources and this machine are asked before the first run, and what the answers mean.

Modules named after a noun hold pure judgements; `probe_*` modules ask. Nothing is written to a shop.
"""
