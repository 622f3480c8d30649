"""Countries and regions in Webasyst's codes: ISO 3166 alpha-3 in lower case, and a code list of its own per
country.

The lists in `data/` are those of a fresh installation. `aliases.json` maps the region codes of other shops
(ISO 3166-2, as CS-Cart has them: MOS, SPE, ON) where Webasyst's own differ; an empty value marks a code that
means two different regions.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import cast

from syncd.model.order import Address

_WORD = re.compile(r"\w+")


def office_address(address: Address) -> dict[str, str]:
    """The address as Webasyst's sub-fields `street, city, zip, country, region`, without empty ones.

    A country that Webasyst does not have is left out. A region that it has no code for is kept by its name,
    as free text.
    """
    country = country_code(address.country)
    parts = {
        "street": address.street,
        "city": address.city,
        "zip": address.zip,
        "country": country or "",
        "region": region_code(country, address.country, address.region, address.region_name),
    }
    return {name: value.strip() for name, value in parts.items() if value.strip()}


def country_code(iso2: str) -> str | None:
    """Webasyst's code of a country, `None` when it has none: `RU` is `rus`."""
    return _countries().get(iso2.strip().upper())


def region_code(country: str | None, iso2: str, code: str, name: str) -> str:
    """Webasyst's code of a region, else its name (or code) as free text.

    The name decides when it is one of the country's list: the same code often means different regions in two
    shops (Ukraine's 05 is Vinnytsia by ISO and Donetsk in Webasyst). Then the code, by the table of aliases
    or as it is.
    """
    free = name.strip() or code.strip()
    if country is None:
        return free
    found = _by_name(country, name) or _by_code(country, iso2.strip().upper(), code.strip().upper())
    # A code that we cannot place must not be sent as it is: the shop would take it for its own region of that
    # code.
    return found or ("" if free in _regions().get(country, {}) else free)


def _by_code(country: str, iso2: str, code: str) -> str | None:
    if not code:
        return None
    known, aliases = _regions().get(country, {}), _aliases().get(country, {})
    prefix = f"{iso2}-"
    for candidate in (code, code.removeprefix(prefix), prefix + code):
        if candidate in aliases:
            return aliases[candidate] or None
        if candidate in known:
            return candidate
    return None


def _by_name(country: str, name: str) -> str | None:
    exact, reduced = _names(country)
    return exact.get(name.strip().casefold()) or reduced.get(_reduce(name))


@cache
def _names(country: str) -> tuple[dict[str, str], dict[str, str]]:
    """Codes by full name, and by reduced name where that is not shared (a city and the region around it)."""
    regions = _regions().get(country, {})
    shared = Counter(_reduce(name) for name in regions.values())
    exact = {name.casefold(): code for code, name in regions.items()}
    reduced = {_reduce(name): code for code, name in regions.items() if shared[_reduce(name)] == 1}
    reduced.pop("", None)
    return exact, reduced


def _reduce(name: str) -> str:
    """The name without case, diacritics, punctuation and words like "county" in the languages at hand."""
    return " ".join(word for word in _WORD.findall(_plain(name)) if word not in _fillers())


def _plain(text: str) -> str:
    """The text without case and diacritics."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@cache
def _fillers() -> frozenset[str]:
    """Words that say what kind of a region it is."""
    return frozenset(_plain(word) for word in cast("list[str]", _data("fillers.json")))


@cache
def _countries() -> Mapping[str, str]:
    return cast("dict[str, str]", _data("countries.json"))


@cache
def _regions() -> Mapping[str, Mapping[str, str]]:
    return cast("dict[str, dict[str, str]]", _data("regions.json"))


@cache
def _aliases() -> Mapping[str, Mapping[str, str]]:
    return cast("dict[str, dict[str, str]]", _data("aliases.json"))


def _data(name: str) -> object:
    return json.loads(files(__package__).joinpath("data", name).read_text("utf-8"))
