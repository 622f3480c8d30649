"""How to get the values that nothing runs without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

_HINTS = {
    "SYNCD_CSCART__URL": "It is the address of the CS-Cart shop's start page, e.g. https://shop.example.com.",
    "SYNCD_CSCART__EMAIL": "It is the e-mail that the administrator whose API key is used signs in with in CS-Cart.",
    "SYNCD_CSCART__API_KEY": (
        'In CS-Cart\'s administration panel: Customers > Administrators > the administrator > tab "API access": tick '
        '"Yes, allow this user to use the API", copy the key, save.'
    ),
    "SYNCD_WEBASYST__URL": (
        "It is the root of the Webasyst account, e.g. https://office.example.com: its back-office address without "
        "/webasyst/ at the end."
    ),
}
_TOKEN = (
    "Run 'syncd login', which asks Webasyst for a token and keeps it. Or make one by hand: in a browser, "
    "signed in to Webasyst as a user who may use Shop-Script, open "
    "{url}/api.php/auth?client_id=syncd&client_name=syncd&response_type=token&scope=shop,webasyst&redirect_uri={back} "
    "and allow the access. The address bar then ends with #access_token= and the token."
)
"""contracts/webasyst §1.1, §1.2: the token comes behind the # of the address that the browser is sent back to."""


def hint(variable: str, values: Mapping[str, Any]) -> str:
    """One or two sentences on where the value of a missing variable is found; `values` are the other settings."""
    if variable == "SYNCD_WEBASYST__TOKEN":
        url = str(values.get("webasyst", {}).get("url") or "https://office.example.com").rstrip("/")
        return _TOKEN.format(url=url, back=quote(f"{url}/", safe=""))
    return _HINTS.get(variable, "See settings.example.env.")
