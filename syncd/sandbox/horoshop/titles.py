"""The shop's own lists: statuses, ways of delivery and payment, each with its id (contracts/sources §1.4, §1.5)."""

# ruff: noqa: RUF001 - titles in Ukrainian

from __future__ import annotations

from dataclasses import dataclass

NOVA_POSHTA, SELF, UKRPOSHTA = 3, 8, 9
DELIVERIES = {
    2: "Кур'єр", 3: "Нова Пошта", 7: "Meest", 8: "Самовивіз", 9: "Укрпошта", 42: "Доставка по місту",
}  # fmt: skip
PAYMENTS = {
    11: "Оплата кур'єру", 12: "Безготівковий розрахунок", 13: "Готівка", 14: "Онлайн-оплата карткою",
    15: "Накладений платіж",
}  # fmt: skip
NEW, NOT_DELIVERED = 1, 4


@dataclass(frozen=True, slots=True)
class Status:
    """A status of orders; a shop may add its own."""

    ua: str
    en: str
    successful: bool = False


def statuses() -> dict[int, Status]:
    """Return the statuses of a new shop: the usual ones and one that the staff added."""
    return {
        1: Status("Новий", "New"),
        2: Status("В обробці", "Processing"),
        3: Status("Доставлено", "Delivered", successful=True),
        4: Status("Не доставлено", "Not delivered"),
        6: Status("Доставляється", "Shipping"),
        17: Status("Чекає передоплати", "Awaiting prepayment"),
    }
