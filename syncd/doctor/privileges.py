"""What the two shops let the user of our key do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncd.doctor.finding import Finding, error, ok, warning

CSCART, WEBASYST = "cscart", "webasyst"
_GRANT = (
    "Give the user group of that administrator the privilege, or use an administrator without user groups "
    "(Customers > User groups)."
)


def reading(refused: Mapping[str, str]) -> list[Finding]:
    """Which lists of CS-Cart answered 403, with what the shop said (contracts/cscart §1.3)."""
    if not refused:
        return [ok(CSCART, "privileges", "orders, products, categories, statuses and shipments can be read")]
    return [
        error(
            CSCART,
            "privileges",
            said,
            why=f"Without {resource} the streams that need them stop.",
            fix=_GRANT,
        )
        for resource, said in refused.items()
    ]


def writing(refused: Mapping[str, str], untried: Sequence[str]) -> list[Finding]:
    """What the write probe found: calls that were refused with their reasons, and those that told nothing."""
    found = [
        error(CSCART, "write privileges", said, why=f"{call} is needed by the way back.", fix=_GRANT)
        for call, said in refused.items()
    ]
    found += [
        warning(
            CSCART,
            "write privileges",
            said,
            why="Whether the way back may write is not known.",
            fix="Run 'syncd doctor --write-probe' again.",
        )
        for said in untried
    ]
    return found or [ok(CSCART, "write privileges", "order statuses and products can be changed")]


def whole(missing: Sequence[str]) -> Finding:
    """The rights of the token's user without which nothing works (contracts/webasyst §7)."""
    if not missing:
        return ok(WEBASYST, "rights", "its user has the rights to orders, customers and products")
    return error(
        WEBASYST,
        "rights",
        f"its user lacks the rights {', '.join(missing)}",
        why="Without them searches come back empty and batches answer 'ok' with no effect.",
        fix="Give them to the user in the Team app, or run 'syncd login' as an administrator.",
    )


def product_types(granted: Mapping[str, int], types: Mapping[int, str]) -> Finding:
    """The product types that `massUpdate` skips without a word (contracts/webasyst §3.6, §7)."""
    check = "massUpdate"
    closed = [
        f"{number} ({name})"
        for number, name in types.items()
        if f"type.{number}" in granted and not granted[f"type.{number}"]
    ]
    if not closed:
        return ok(WEBASYST, check, "prices and stock of every product type may be written")
    return warning(
        WEBASYST,
        check,
        f"its user may not edit the product types {', '.join(closed)}",
        why="Webasyst skips such products in massUpdate and answers 'ok': their prices and stock stay as they are.",
        fix="Give the user full access to these product types in the Team app.",
    )


def actions(granted: Mapping[str, int], needed: Sequence[str]) -> Finding:
    """The workflow actions that the status map needs and the user may not run."""
    check = "workflow rights"
    lacking = [
        name
        for name in needed
        if f"workflow_actions.{name}" in granted and not granted[f"workflow_actions.{name}"]
    ]
    if not lacking:
        return ok(WEBASYST, check, "its user may run every workflow action that SYNCD_STATUSES needs")
    return error(
        WEBASYST,
        check,
        f"its user may not run the workflow actions {', '.join(lacking)}",
        why="Orders cannot be moved to the states that SYNCD_STATUSES asks for.",
        fix="Give the user these order actions in the Team app.",
    )
