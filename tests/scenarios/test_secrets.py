"""What must never be written down: secrets anywhere, personal data in the request log."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.shops import Pair

CARD = "4111-canary-1111"
LICENCE = "CSC-CANARY-0001"
FAMILY_NAME = "Canaryfamily"


def written(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_no_secret_is_found_in_any_file(started: Pair, capfd: pytest.CaptureFixture[str]) -> None:
    """Keys, tokens, card data and licence numbers that both shops hold or send stand in no file and in no log line."""
    started.set(log={"requests": True})
    number = started.place(
        "A", customer={"email": "c@example.test", "firstname": "A", "lastname": FAMILY_NAME}
    )
    started.at_cscart("order.edit", order_id=number, payment_info={"card_number": CARD, "cvv2": CARD})
    started.at_cscart("license.issue", order_id=number, license_number=LICENCE)
    started.run()
    started.webasyst.faults.add({"when": "answer", "kind": "html", "times": 3})
    started.run()
    canaries = [CARD, LICENCE, *started.cscart.credentials.values(), *started.webasyst.credentials.values()]
    secrets = [text for text in canaries if "@" not in text]
    logged = "".join(capfd.readouterr())
    files = written(started.data_dir)
    assert any(name.startswith("requests.log") for name in files)
    for secret in secrets:
        assert secret not in logged
        assert [name for name, content in files.items() if secret.encode() in content] == []


def test_the_request_log_names_nobody(started: Pair) -> None:
    """Names, e-mails and addresses are masked in the request log unless that is switched off."""
    started.set(log={"requests": True})
    customer = {"email": "who@example.test", "firstname": "A", "lastname": FAMILY_NAME}
    started.place("A", customer=customer)
    started.run("orders")
    log = b"".join(content for name, content in written(started.data_dir).items() if "requests.log" in name)
    assert b"shop.order.add" in log
    assert FAMILY_NAME.encode() not in log
    assert b"who@example.test" not in log
    started.set(log={"requests": True, "mask_personal": False})
    started.place("A", customer=customer)
    started.run("orders")
    log = b"".join(content for name, content in written(started.data_dir).items() if "requests.log" in name)
    assert FAMILY_NAME.encode() in log
