"""The compose files: the demo between five simulated shops, and syncd beside a shop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from syncd.sandbox.__main__ import SHOPS, parse_arguments
from syncd.sandbox.running import RunningShop, ShopThread
from syncd.settings import load_settings
from syncd.settings.variables import collect
from tests.deploy.dockerfile import stages
from tests.deploy.offline import REPOSITORY

FOLDER = REPOSITORY / "deploy" / "container"
FILES = ("compose.yaml", "compose.sidecar.yaml")


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


@pytest.mark.parametrize("file", FILES)
def test_what_syncd_remembers_outlives_the_container(file: str) -> None:
    """The data directory lies on a named volume: without it a new container would know of no order."""
    loaded = yaml.safe_load((FOLDER / file).read_text("utf-8"))
    [data_dir] = stages((FOLDER / "Dockerfile").read_text("utf-8"))[-1].of("VOLUME")
    mounted = [volume.split(":") for volume in loaded["services"]["syncd"]["volumes"]]
    [name] = [parts[0] for parts in mounted if parts[1] == data_dir]
    assert name in loaded["volumes"]


def test_the_demo_starts_every_simulated_shop() -> None:
    """Each service runs its shop by a command line that the sandbox understands, and syncd waits for all of them."""
    found = services("compose.yaml")
    shops = {name: parse_arguments(found[name]["command"]) for name in found if name != "syncd"}
    assert {args.shop for args in shops.values()} == set(SHOPS)
    assert all(args.shop == name for name, args in shops.items())
    ports = [port for args in shops.values() for port in (args.port, args.control_port)]
    assert len(set(ports)) == len(ports)
    waits = found["syncd"]["depends_on"]
    assert waits == {name: {"condition": "service_healthy"} for name in shops}


def test_each_shop_is_asked_at_its_own_port() -> None:
    """The health check of a shop looks where the shop listens."""
    for name, service in services("compose.yaml").items():
        if name != "syncd":
            port = parse_arguments(service["command"]).port
            assert f"('127.0.0.1', {port})" in service["healthcheck"]["test"][-1]


def test_all_share_the_network_of_one_shop() -> None:
    """The simulated shops listen on 127.0.0.1 only, so one network holds them all."""
    for name, service in services("compose.yaml").items():
        assert service.get("network_mode") == (None if name == "cscart" else "service:cscart")
        assert "ports" not in service


@pytest.fixture
def running() -> Iterator[dict[str, RunningShop]]:
    """The shops of the demo with the same seeds and sizes, on free ports."""
    with ExitStack() as stack:
        found: dict[str, RunningShop] = {}
        for name, service in services("compose.yaml").items():
            if name != "syncd":
                args = parse_arguments(service["command"])
                module, kind = SHOPS[args.shop]
                shop = getattr(import_module(module), kind)(seed=args.seed, products=2, orders=0)
                found[name] = stack.enter_context(ShopThread(shop))
        yield found


def test_the_demos_settings_open_the_demos_shops(running: dict[str, RunningShop]) -> None:
    """Addresses are those where the shops listen, and keys are those that the shops make up for themselves."""
    settings = load_settings(collect({"SYNCD_ENV_FILE": str(FOLDER / "demo.env")}))
    entries: dict[str, Any] = {source.kind: source for source in settings.sources}
    told = {"cscart": settings.cscart, "webasyst": settings.webasyst, **entries}
    assert told.keys() == running.keys()
    for name, section in told.items():
        port = parse_arguments(services("compose.yaml")[name]["command"]).port
        assert section.url.removesuffix("/api") == f"http://127.0.0.1:{port}"
        for key, value in running[name].credentials.items():
            said = getattr(section, key)
            assert (said if isinstance(said, str) else said.get_secret_value()) == value, (name, key)


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
