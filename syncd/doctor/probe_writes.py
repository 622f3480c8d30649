"""Writes that change nothing: to an order, a product and a SKU that no shop has. Only with --write-probe."""

from __future__ import annotations

from syncd.doctor import office, privileges
from syncd.doctor.finding import Finding
from syncd.errors import NotAuthorised, Refused, SyncdError
from syncd.shops.cscart.client import CSCartClient
from syncd.shops.webasyst.client import WebasystClient

NOBODYS = 2_147_483_646
"""An id beyond every shop's; still a whole number to MySQL."""
_HALF = "the administrator behind SYNCD_CSCART__EMAIL lacks the privilege update_status (change order status)"


async def cscart(client: CSCartClient, letter: str) -> list[Finding]:
    """Which privileges for writing lack.

    A status change of a missing order is answered with yes; without the privilege `update_status` the shop takes the call
    for an edit of the whole order, which it does not find (contracts/cscart §1.3, §4.6).
    """
    calls = {
        "a change of an order's status": (client.update_order, {"status": letter}, _HALF),
        "a change of a product": (client.update_product, {"status": "A"}, None),
    }
    refused: dict[str, str] = {}
    untried: list[str] = []
    for name, (call, body, missing_means) in calls.items():
        try:
            await call(str(NOBODYS), body)
        except NotAuthorised as error:
            refused[name] = str(error)
        except Refused as error:
            if error.code != "gone":
                untried.append(str(error))
            elif missing_means is not None:
                refused[name] = missing_means
        except SyncdError as error:
            untried.append(str(error))
    return privileges.writing(refused, untried)


async def webasyst(client: WebasystClient) -> list[Finding]:
    """Whether a batch gets through; unknown SKUs are skipped (contracts/webasyst §3.6)."""
    try:
        await client.mass_update(f'[{{"id":{NOBODYS},"price":1}}]')
    except SyncdError as error:
        return [office.batch(str(error))]
    return [office.batch(None)]
