"""Names of countries and states, as far as the sandbox knows them; unknown codes stand for themselves."""

from __future__ import annotations

COUNTRIES = {
    "US": ("United States", "США"), "RU": ("Russia", "Россия"), "PL": ("Poland", "Польша"),
    "DE": ("Germany", "Германия"), "FR": ("France", "Франция"), "KZ": ("Kazakhstan", "Казахстан"),
}  # fmt: skip
STATES = {
    ("RU", "MOS"): ("Moscow region", "Московская область"), ("RU", "SPB"): ("Saint Petersburg", "Санкт-Петербург"),
    ("US", "MA"): ("Massachusetts", "Массачусетс"), ("US", "NY"): ("New York", "Нью-Йорк"),
    ("DE", "BY"): ("Bavaria", "Бавария"),
}  # fmt: skip


def country_name(code: str, lang: str) -> str:
    """Return the name of a country in a language."""
    return COUNTRIES.get(code, (code, code))[1 if lang == "ru" else 0]


def state_name(country: str, code: str, lang: str) -> str:
    """Return the name of a state in a language."""
    return STATES.get((country, code), (code, code))[1 if lang == "ru" else 0]
