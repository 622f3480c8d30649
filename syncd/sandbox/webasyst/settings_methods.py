"""shop.settings.get, shop.rights and webasyst.getInfo (contracts/webasyst §7)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from . import contacts
from .call import Call, Method, reads
from .settings import currency_row
from .state import State
from .workflow_data import STATES

_WORKHOURS = {
    "hours_from": "00:00",
    "hours_to": "23:59",
    "days": {"1": "Mon", "2": "Tue", "3": "Wed", "4": "Thu", "5": "Fri"},
    "days_from_to": "Mon—Fri",
}
_GENERAL = {
    "email": "admin@example.com",
    "phone": "",
    "country": "usa",
    "order_noproduct_item_name": "",
    "pickup_require_pin": 0,
    "use_gravatar": 0,
    "map": "google",
    "gravatar_default": "custom",
    "require_captcha": 1,
    "require_authorization": 0,
    "allow_image_upload": 0,
    "moderation_reviews": 0,
    "review_service_agreement": "",
    "review_service_agreement_hint": "",
    "sort_order_items": "user_cart",
    "merge_carts": 0,
    "workhours": _WORKHOURS,
}
_SECTIONS = (
    "backend",
    "orders",
    "customers",
    "products",
    "services",
    "setscategories",
    "importexport",
    "marketing",
    "setup_marketing",
    "reports",
    "pages",
    "design",
    "settings",
)
_ACTIONS = (
    "process",
    "pay",
    "initpay",
    "fulfilling",
    "ship",
    "refund",
    "edit",
    "editcode",
    "editshippingdetails",
    "delete",
    "restore",
    "complete",
    "message",
    "comment",
    "settle",
    "cancel",
    "capture",
    "pickup",
    "sendpin",
)
_LOGO = {
    "mode": "gradient",
    "text": {"value": "", "color": "", "default_value": "", "default_color": "#fff", "formatted_value": ""},
    "two_lines": False,
    "gradient": {"from": "#FF248B", "to": "#FF5900", "angle": 0},
    "image": {"thumbs": [], "original": []},
}


def get(call: Call) -> Any:
    """shop.settings.get."""
    state, settings = call.state, call.state.settings
    person = state.store.contacts.get(call.user.contact_id)
    general = {"name": settings.name, **_GENERAL, "order_format": settings.order_prefix + "{$order.id}"}
    codes = list(settings.currencies)
    return {
        "version": "12.4.0",
        "debug_mode": False,
        "default_currency": settings.currency,
        "settings": general,
        "currencies": {code: currency_row(settings, code, place) for place, code in enumerate(codes)},
        "address_fields": list(contacts.ADDRESS_PARTS),
        "order_states": STATES,
        "server_time": state.now(),
        "user_info": {
            "id": call.user.contact_id,
            "name": "" if person is None else person.name,
            "photo": contacts.USERPIC,
        },
        "storefronts": [_storefront(state)],
        "ignore_stock_count": settings.ignore_stock_count,
        "stock_counting_action": settings.stock_counting_action,
        "server_timezone": settings.timezone,
        "server_timezone_shift": str(_shift(state)),
        "onboarding_passed": True,
        "frac_enabled": False,
        "stock_units_enabled": False,
        "base_units_enabled": False,
        "is_premium": False,
        "headless_api_antispam": None,
    }


def _shift(state: State) -> int:
    moment = datetime.fromtimestamp(state.clock.now(), UTC).astimezone(ZoneInfo(state.settings.timezone))
    offset = moment.utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _storefront(state: State) -> dict[str, Any]:
    url = f"{state.settings.domain}/shop/"
    route = {
        "url": "shop/*",
        "app": "shop",
        "checkout_version": 2,
        "checkout_storefront_id": "866cbd96bcf715227cfdab1afaca1dac",
        "drop_out_of_stock": 0,
        "public_stocks": 0,
        "shipping_id": 0,
        "payment_id": 0,
        "url_type": 0,
        "type_id": 0,
    }
    return {"domain": state.settings.domain, "route": route, "route_index": 0, "url": url, "url_decoded": url}


def rights(call: Call) -> Any:
    """shop.rights: huge numbers for an administrator, 0 for what was not given."""
    types = [f"type.{key}" for key in call.store.types.ids]
    names = [*_SECTIONS, *types, *(f"workflow_actions.{one}" for one in _ACTIONS)]
    found: dict[str, Any] = {name: call.user.may(name) for name in names}
    if not call.user.admin:
        found["backend"] = "1"
    return found


def installation(call: Call) -> Any:
    """webasyst.getInfo."""
    domain = call.state.settings.domain
    return {"name": call.state.settings.name, "backend_url": f"http://{domain}/webasyst/", "logo": _LOGO}


METHODS: dict[str, Method] = {"settings.get": reads(get), "rights": reads(rights)}
CORE_METHODS: dict[str, Method] = {"getInfo": reads(installation)}
