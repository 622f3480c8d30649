"""Countries by name: JustClick tells what the buyer chose or typed, in words (contracts/sources §2.5)."""

from __future__ import annotations

_NAMES = {
    "AM": "армения armenia",
    "AT": "австрия austria",
    "AZ": "азербайджан azerbaijan",
    "BE": "бельгия belgium",
    "BG": "болгария bulgaria",
    "BY": "беларусь белоруссия belarus",
    "CA": "канада canada",
    "CH": "швейцария switzerland",
    "CY": "кипр cyprus",
    "CZ": "чехия czechia",
    "DE": "германия germany",
    "EE": "эстония estonia",
    "ES": "испания spain",
    "FI": "финляндия finland",
    "FR": "франция france",
    "GB": "великобритания англия uk",
    "GE": "грузия georgia",
    "GR": "греция greece",
    "IL": "израиль israel",
    "IT": "италия italy",
    "KG": "киргизия кыргызстан киргизстан kyrgyzstan",
    "KZ": "казахстан kazakhstan",
    "LT": "литва lithuania",
    "LV": "латвия latvia",
    "MD": "молдова молдавия moldova",
    "NL": "нидерланды голландия netherlands",
    "NO": "норвегия norway",
    "PL": "польша poland",
    "PT": "португалия portugal",
    "RO": "румыния romania",
    "RS": "сербия serbia",
    "RU": "россия рф russia rus",
    "SE": "швеция sweden",
    "TJ": "таджикистан tajikistan",
    "TM": "туркменистан туркмения turkmenistan",
    "TR": "турция turkey",
    "UA": "украина україна ukraine",
    "US": "сша америка usa",
    "UZ": "узбекистан uzbekistan",
}
_CODES = {name: code for code, names in _NAMES.items() for name in names.split()}
_CODES |= {
    "российская федерация": "RU",
    "russian federation": "RU",
    "республика беларусь": "BY",
    "республика казахстан": "KZ",
    "соединенные штаты америки": "US",
    "united states": "US",
    "united kingdom": "GB",
}
_ALPHA_2 = 2


def country_code(name: str) -> str:
    """The ISO 3166 alpha-2 code of a country told by its Russian or English name, or by the code itself; empty for others.

    >>> country_code(" Россия ")
    'RU'
    """
    plain = " ".join(name.casefold().split())
    if len(plain) == _ALPHA_2 and plain.isascii() and plain.isalpha():
        return plain.upper() if plain != "uk" else "GB"
    return _CODES.get(plain, "")
