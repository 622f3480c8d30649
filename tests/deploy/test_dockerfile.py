"""The image: built from the lock, small, without rights; its build steps are carried out here without an engine."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from syncd import __version__
from tests.deploy.dockerfile import Machine, Stage, command, stages
from tests.deploy.offline import REPOSITORY, clean_environment, python

FILE = REPOSITORY / "deploy" / "container" / "Dockerfile"
TEXT = FILE.read_text("utf-8")
BUILD, FINAL = stages(TEXT)


def test_the_base_images_are_named_with_a_version() -> None:
    """The same file makes the same image next year: never `latest`, and both stages with the same Python."""
    assert BUILD.image == FINAL.image
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", FINAL.image)


def test_packages_come_from_the_lock_with_their_hashes() -> None:
    """Every `pip install` either checks hashes or installs the wheel that was built here, without dependencies."""
    calls = re.findall(r"pip (?:install|wheel) [^&]+", " && ".join(BUILD.of("RUN")))
    assert len(calls) == 4
    assert all("--require-hashes" in call or "--no-deps" in call for call in calls)


def test_the_final_image_holds_what_came_of_the_build_only() -> None:
    """One COPY, from the first stage: no sources, no lock, no compiler, no pip."""
    assert FINAL.of("COPY") == ["--from=build /opt/syncd /opt/syncd"]
    assert "pip uninstall --quiet --yes pip" in BUILD.of("RUN")[-1]
    assert not any("pip" in run or "apt" in run for run in FINAL.of("RUN"))


def test_it_runs_without_rights() -> None:
    """The user is a number, not root's, so that Kubernetes' runAsNonRoot can tell; its data is its own."""
    [user] = FINAL.of("USER")
    number, _, group = user.partition(":")
    assert int(number) > 0 and int(group) > 0
    assert any(f"-o {number} -g {group} /var/lib/syncd" in run for run in FINAL.of("RUN"))
    words = [step.word for step in FINAL.steps]
    assert words.index("RUN") < words.index("USER") < words.index("ENTRYPOINT")


def test_nothing_but_the_data_is_written() -> None:
    """With a read-only root file system it works: byte code is there already, and data has a volume."""
    assert FINAL.of("VOLUME") == [FINAL.environment["SYNCD_DATA_DIR"]]
    assert FINAL.environment["PYTHONDONTWRITEBYTECODE"] == "1"
    assert "compileall" in BUILD.of("RUN")[-1]


def test_health_is_progress() -> None:
    """The engine asks `syncd health`, directly, without a shell in between."""
    [check] = FINAL.of("HEALTHCHECK")
    assert command(check.partition("CMD ")[2]) == ["syncd", "health"]


def test_signals_reach_the_program() -> None:
    """Without a shell in between, SIGTERM drains."""
    assert command(FINAL.of("ENTRYPOINT")[0]) + command(FINAL.of("CMD")[0]) == ["syncd", "run"]


def test_no_secret_stands_in_the_image() -> None:
    """Neither as a value nor as a build argument, which the image's history would tell."""
    assert not any(stage.of("ARG") for stage in (BUILD, FINAL))
    assert not re.search(r"(API_KEY|TOKEN|PASSWORD|SECRET)", TEXT)


def test_only_what_the_build_needs_reaches_the_builder() -> None:
    """.dockerignore lets in what the COPY lines ask for and nothing else: no settings, no data, no history."""
    lines = (REPOSITORY / ".dockerignore").read_text("utf-8").splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    asked = {word.removeprefix("./") for line in BUILD.of("COPY") for word in line.split()[:-1]}
    assert lines[1] == "*"
    assert let_in == asked


def test_the_version_that_is_named_is_this_one() -> None:
    """The command in the file's head and the sidecar name the version that they build."""
    sidecar = (FILE.parent / "compose.sidecar.yaml").read_text("utf-8")
    assert set(re.findall(r"syncd:(\d+\.\d[\w.]*)", TEXT + sidecar)) == {__version__}


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A folder in which the first stage was carried out."""
    folder = tmp_path_factory.mktemp("image")
    beside = python(folder / "python").parent
    environment = clean_environment()
    environment["PATH"] = f"{beside}:{environment['PATH']}"
    machine = Machine(folder / "root", REPOSITORY, environment)
    machine.build(BUILD)
    return machine


@pytest.mark.slow
def test_the_build_makes_a_program(machine: Machine) -> None:
    """All steps go through in a clean folder, and what they make is the program with its commands."""
    run = [str(machine.root / "opt/syncd/bin/python"), "-m", "syncd", "--help"]
    done = subprocess.run(run, check=True, capture_output=True, text=True, cwd="/", env=clean_environment())
    assert "Usage: syncd" in done.stdout


@pytest.mark.slow
def test_what_runs_is_compiled_and_has_no_pip(machine: Machine) -> None:
    """Nothing can be installed in the running image, and nothing needs to be written at its start."""
    [site] = (machine.root / "opt/syncd/lib").glob("python3*/site-packages")
    assert not (site / "pip").exists()
    version = f"cpython-{sys.version_info.major}{sys.version_info.minor}"
    assert (site / "syncd" / "__pycache__" / f"errors.{version}.pyc").exists()
    assert not (site / "pytest").exists() and not (site / "tools").exists()


@pytest.mark.parametrize(
    ("text", "image", "words"),
    [("FROM a AS b\nRUN x \\\n  && y\n# note\nUSER 1\n", "a", ["RUN", "USER"]), ("FROM c\n", "c", [])],
)
def test_the_reader_of_dockerfiles(text: str, image: str, words: list[str]) -> None:
    """Lines that go on are one instruction, comments are none."""
    found: Stage = stages(text)[0]
    assert (found.image, [step.word for step in found.steps]) == (image, words)
