"""Which field names hold secrets and which hold a person's data, in both shops' words."""

from __future__ import annotations

import re
from functools import lru_cache

_SECRET_WORDS = (
    "token",
    "authorization",
    "cookie",
    "password",
    "passwd",
    "passwort",
    "secret",
    "api_key",
    "apikey",
    "api-key",
    "private_key",
    "access_key",
    "credential",
    "session",
    "signature",
    "csrf",
    "payment_info",
    "processor_params",
    "card",
    "cvv",
    "cvc",
    "iban",
    "license",
    "licence",
    "pincode",
    "salt",
    "target_url",
)
"""Anywhere in a name (contracts/cscart §4: `payment_info`, `processor_params`, licence numbers; contracts/sources §1.6: the
address of our hook has its secret in the path)."""

_NO_SECRETS = frozenset({"access_tokens", "gift_card_id", "discount_card", "license_agreement"})

_PERSONAL_NAMES = frozenset(
    {
        "address",
        "address_2",
        "birthday",
        "building",
        "city",
        "comment",
        "comments",
        "company",
        "contact_name",
        "customer_comment",
        "customer_name",
        "customer_notes",
        "delivery_address",
        "delivery_city",
        "delivery_name",
        "details",
        "fax",
        "firstname",
        "fullname",
        "first_name",
        "ip",
        "ip_address",
        "lastname",
        "last_name",
        "login",
        "manager_comment",
        "middlename",
        "notes",
        "remote_addr",
        "sender",
        "street",
        "user_agent",
        "user_login",
        "user_name",
        "username",
        "zip",
        "zipcode",
        "lat",
        "lng",
    }
)
_PERSONAL_WORDS = ("email", "e-mail", "e_mail", "phone", "birth")
_PERSONAL_PREFIXES = ("b_", "s_")
"""Billing and shipping fields of a CS-Cart order."""
_PLACES = frozenset({"country", "region", "state", "country_descr", "state_descr"})
"""Too coarse to point at a person, and needed to understand a wrong address."""
_PEOPLE = frozenset({"contact", "customer", "contacts", "customers", "user", "users", "recipient"})
"""Inside these, `name` and `title` are a person's; elsewhere a product's."""
_NAMES_OF_PEOPLE = frozenset({"name", "title", "fields"})

_SPLIT = re.compile(r"[\[\].]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@lru_cache(maxsize=4096)
def is_secret(name: str) -> bool:
    """Whether a field of this name (`params[auth_token]`, `X-Api-Key`, `cardNumber`) holds a secret."""
    lower = _CAMEL.sub("_", name).lower()
    return lower not in _NO_SECRETS and any(word in lower for word in _SECRET_WORDS)


@lru_cache(maxsize=4096)
def is_personal(name: str) -> bool:
    """Whether a field holds a person's data: a plain name, or a path such as `contact[address.shipping][city]`."""
    steps = [step for step in _SPLIT.split(_CAMEL.sub("_", name).lower()) if step]
    if not steps:
        return False
    last = steps[-1]
    if last in _PLACES or last.removeprefix("b_").removeprefix("s_") in _PLACES:
        return False
    return (
        any(word in step for step in steps for word in _PERSONAL_WORDS)
        or last in _PERSONAL_NAMES
        or last.startswith(_PERSONAL_PREFIXES)
        or (last in _NAMES_OF_PEOPLE and any(step in _PEOPLE for step in steps[:-1]))
    )
