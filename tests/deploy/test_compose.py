"""The compose files: the demo between five simulated shops, and syncd beside a shop."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from syncd.sandbox.__main__ import SHOPS, build_shop, parse_arguments
from syncd.sandbox.running import RunningShop, ShopThread
from syncd.settings import load_settings
from syncd.settings.variables import collect
from tests.deploy.dockerfile import stages
from tests.deploy.installed import Installed
from tests.deploy.offline import REPOSITORY, clean_environment

FOLDER = REPOSITORY / "deploy" / "container"
FILES = ("compose.yaml", "compose.sidecar.yaml")
FINAL = stages((FOLDER / "Dockerfile").read_text("utf-8"))[-1]
[DATA_DIR] = FINAL.of("VOLUME")


def services(name: str) -> dict[str, Any]:
    """The services of a compose file by name."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text("utf-8"))["services"]
    return found


ALL = [
    pytest.param(service, id=f"{file}-{name}") for file in FILES for name, service in services(file).items()
]


@pytest.mark.parametrize("service", ALL)
def test_a_service_has_no_right_to_spare(service: dict[str, Any]) -> None:
    """A read-only root, no capability, no way to new ones, nothing mounted from the machine but settings."""
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service and "user" not in service
    assert not any("docker.sock" in volume for volume in service.get("volumes", []))


@pytest.mark.parametrize("service", ALL)
def test_an_image_is_named_with_a_version(service: dict[str, Any]) -> None:
    """Never `latest`, by name or by leaving it out."""
    assert re.fullmatch(r"syncd:(demo|\d[\w.]*)", service["image"])


@pytest.mark.parametrize("file", FILES)
def test_no_secret_stands_in_a_compose_file(file: str) -> None:
    """Secrets come from files, where `docker inspect` does not show them."""
    for service in services(file).values():
        assert set(service.get("environment", {})) <= {"SYNCD_ENV_FILE"}
        assert "env_file" not in service


def test_what_syncd_remembers_outlives_the_container() -> None:
    """The data directory lies on a named volume: without it a new container would know of no order."""
    loaded = yaml.safe_load((FOLDER / "compose.sidecar.yaml").read_text("utf-8"))
    mounted = [volume.split(":") for volume in loaded["services"]["syncd"]["volumes"]]
    [name] = [parts[0] for parts in mounted if parts[1] == DATA_DIR]
    assert name in loaded["volumes"]


def test_the_demo_forgets_with_its_shops() -> None:
    """What syncd remembers of simulated shops goes when they do, and its user may write there."""
    [user] = FINAL.of("USER")
    uid, _, gid = user.partition(":")
    assert f"{DATA_DIR}:uid={uid},gid={gid},mode=0700" in services("compose.yaml")["syncd"]["tmpfs"]


def shop_commands() -> dict[str, Namespace]:
    """How the demo starts each simulated shop, as the sandbox understands it."""
    found = services("compose.yaml")
    return {
        name: parse_arguments(found[name]["command"]) for name in found if name not in ("syncd", "customers")
    }


def test_the_demo_starts_every_simulated_shop() -> None:
    """Each shop has a service of its name and ports of its own, and syncd waits for all of them."""
    shops = shop_commands()
    assert {name: args.shop for name, args in shops.items()} == {name: name for name in SHOPS}
    ports = [port for args in shops.values() for port in (args.port, args.control_port)]
    assert len(set(ports)) == len(ports)
    waits = services("compose.yaml")["syncd"]["depends_on"]
    assert waits == {name: {"condition": "service_healthy"} for name in shops}


def test_each_shop_is_asked_at_its_own_port() -> None:
    """The health check of a shop looks where the shop listens."""
    for name, args in shop_commands().items():
        check = services("compose.yaml")[name]["healthcheck"]["test"]
        assert f"('127.0.0.1', {args.port})" in check[-1]


def test_customers_come_once_syncd_has_begun() -> None:
    """They do something in every shop that sells, through its control API."""
    service = services("compose.yaml")["customers"]
    told = dict(pair.split("=", 1) for pair in service["command"][1:])
    sells = {name: args.control_port for name, args in shop_commands().items() if name != "webasyst"}
    assert told == {name: f"http://127.0.0.1:{port}" for name, port in sells.items()}
    assert service["depends_on"] == {"syncd": {"condition": "service_healthy"}}


def test_all_share_the_network_of_one_shop() -> None:
    """The simulated shops listen on 127.0.0.1 only, so one network holds them all."""
    for name, service in services("compose.yaml").items():
        assert service.get("network_mode") == (None if name == "cscart" else "service:cscart")
        assert "ports" not in service


@pytest.fixture
def running() -> Iterator[dict[str, RunningShop]]:
    """The shops of the demo, made as the compose file asks for, on free ports."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(ShopThread(build_shop(args))) for name, args in shop_commands().items()
        }


def test_the_demos_settings_open_the_demos_shops(running: dict[str, RunningShop]) -> None:
    """Addresses are those where the shops listen, and keys are those that the shops make up for themselves."""
    settings = load_settings(collect({"SYNCD_ENV_FILE": str(FOLDER / "demo.env")}))
    entries: dict[str, Any] = {source.kind: source for source in settings.sources}
    told = {"cscart": settings.cscart, "webasyst": settings.webasyst, **entries}
    assert told.keys() == running.keys()
    for name, section in told.items():
        port = shop_commands()[name].port
        assert section.url.removesuffix("/api") == f"http://127.0.0.1:{port}"
        for key, value in running[name].credentials.items():
            said = getattr(section, key)
            assert (said if isinstance(said, str) else said.get_secret_value()) == value, (name, key)


@pytest.mark.slow
def test_the_demo_carries_over_what_the_shops_sell(
    running: dict[str, RunningShop], installed: Installed, tmp_path: Path
) -> None:
    """With the demo's settings and customers, products and orders of all four sources come to Webasyst."""
    text = (FOLDER / "demo.env").read_text("utf-8")
    for name, args in shop_commands().items():
        text = text.replace(f"http://127.0.0.1:{args.port}", running[name].url)
    (tmp_path / "demo.env").write_text(text, "utf-8")
    env = {"SYNCD_ENV_FILE": str(tmp_path / "demo.env"), "SYNCD_DATA_DIR": str(tmp_path / "data")}

    first = _created(installed.run("run", "--once", "--json", **env))
    assert first["products"] > 0 and first["orders"] > 0
    _buy({name: shop.control_url for name, shop in running.items() if name != "webasyst"})
    second = _created(installed.run("run", "--once", "--json", **env))
    assert {name: second[f"orders.{name}"] for name in ("marketplace", "horoshop", "justclick")} == {
        "marketplace": 1,
        "horoshop": 1,
        "justclick": 1,
    }


def _created(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """How many records each stream of a run made."""
    found = json.loads(done.stdout)
    assert found["failures"] == [], done.stderr
    return {stream["stream"]: stream["counts"].get("created", 0) for stream in found["streams"]}


def _buy(controls: dict[str, str]) -> None:
    """Let the demo's customers go round the shops once."""
    words = [f"{name}={url}" for name, url in controls.items()]
    command = [sys.executable, str(FOLDER / "customers.py"), "0.1", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=clean_environment()) as process:
        assert process.stdout is not None  # it is a pipe
        said = [process.stdout.readline() for _ in controls]
        process.kill()
    for name, line in zip(controls, said, strict=True):
        assert line.startswith(f"{name}: "), said
        assert "Error" not in line


def test_the_demos_settings_are_mounted_where_they_are_looked_for() -> None:
    """The file beside compose.yaml, read-only."""
    service = services("compose.yaml")["syncd"]
    assert f"./demo.env:{service['environment']['SYNCD_ENV_FILE']}:ro" in service["volumes"]
    assert Path(FOLDER / "demo.env").is_file()


def test_the_sidecar_reads_its_settings_from_a_secret() -> None:
    """Compose puts the secret where the variable says."""
    loaded = yaml.safe_load((FOLDER / "compose.sidecar.yaml").read_text("utf-8"))
    service = loaded["services"]["syncd"]
    [secret] = service["secrets"]
    assert service["environment"]["SYNCD_ENV_FILE"] == f"/run/secrets/{secret['target']}"
    assert secret["source"] in loaded["secrets"]


def test_a_stop_has_time_to_drain() -> None:
    """A stop drains within ten seconds, and the engine waits longer than that."""
    assert services("compose.sidecar.yaml")["syncd"]["stop_grace_period"] == "15s"
