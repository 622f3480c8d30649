"""README.md is true: what it shows is what happens, as a new user would try it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.deploy.installed import Installed
from tests.deploy.offline import REPOSITORY, clean_environment
from tests.docs.transcript import Shell, Spoken, agrees, spoken
from tests.shops.wire import free_port

README = (REPOSITORY / "README.md").read_text("utf-8")
NOT_RUN = {
    "python3 -m venv venv": "the environment is there: tests/deploy makes it without a network",
    "venv/bin/pip install .": "the wheel is installed there, which is what pip makes of the sources",
}
PORTS = ("8101", "8102")


@pytest.mark.slow
def test_the_way_to_a_reviewed_plan_is_as_shown(installed: Installed, tmp_path: Path) -> None:
    """From the installation to a plan, its application and a status: each command prints what the README shows."""
    (tmp_path / "venv").symlink_to(installed.bin.parent)
    ports = {port: str(free_port()) for port in PORTS}
    environment = clean_environment() | {"HOME": str(tmp_path), "COLUMNS": "80"}
    with Shell(tmp_path, environment) as shell:
        for said in spoken(README):
            if said.command not in NOT_RUN:
                _check(shell, _at(said, ports))
    assert {name.name for name in tmp_path.iterdir()} == {"venv", "syncd.env", "trial", "plan.json"}


def _check(shell: Shell, said: Spoken) -> None:
    if said.in_background:
        printed = shell.begin(said.command)
        assert agrees(said.shown, printed), f"{said.command} printed:\n{printed}"
        return
    code, printed = shell.run(said.command)
    shown = "\n".join(said.shown)
    assert agrees(said.shown, printed), f"{said.command} printed:\n{printed}\nREADME shows:\n{shown}"
    # doctor: there are warnings.
    assert code in ((0, 3) if said.command == "syncd doctor" else (0,)), said.command


def _at(said: Spoken, ports: dict[str, str]) -> Spoken:
    """The same with the shops at ports that are free here."""
    pattern = re.compile("|".join(ports))
    moved = [pattern.sub(lambda found: ports[found[0]], text) for text in (said.command, *said.shown)]
    return Spoken(moved[0], tuple(moved[1:]))


@pytest.mark.slow
def test_the_demo_prints_what_the_readme_shows(installed: Installed) -> None:
    """The block below `make demo` is what the demo prints."""
    [shown] = re.findall(r"^```\n(First run: syncd run --once\n.*?)^```$", README, re.MULTILINE | re.DOTALL)
    done = installed.run("demo", "--once")
    assert done.returncode == 0, done.stderr
    assert agrees(["…", *shown.splitlines(), "…"], done.stdout), done.stdout


def test_every_command_of_the_readme_is_run_or_has_a_reason() -> None:
    """The transcript has what the tests look at, and what they leave out is there."""
    commands = [said.command for said in spoken(README)]
    assert NOT_RUN.keys() <= set(commands)
    for word in ("init", "doctor", "plan", "apply", "run --once", "status"):
        assert any(command.startswith(f"syncd {word}") for command in commands), word


@pytest.mark.parametrize(
    ("shown", "printed", "right"),
    [
        (["a", "b"], "a\nb\n", True),
        (["a"], "a\nb\n", False),
        (["a", "…"], "a\nb\nc\n", True),
        (["a", "…", "c"], "a\nc\n", True),
        (["a", "…", "d"], "a\nb\nc\n", False),
        (["took … s"], "took 12 s\n", True),
        (["took … s"], "took 12 s in all\n", False),
        ([], "", True),
        ([], "a\n", False),
    ],
)
def test_what_agrees(shown: list[str], printed: str, right: bool) -> None:
    """Only what the page leaves out may differ."""
    assert agrees(shown, printed) is right


def test_commands_are_found_with_their_lines() -> None:
    """Outputs belong to the command above them, and a backslash joins two lines."""
    page = "```console\n$ a \\\n    b\n1\n2\n$ c &\n```\n```\n$ not this\n```\n"
    assert spoken(page) == [Spoken("a b", ("1", "2")), Spoken("c &", ())]
    assert [said.in_background for said in spoken(page)] == [False, True]


def test_no_command_depends_on_the_place(tmp_path: Path) -> None:
    """The shell keeps what was exported, tells exit codes, and hears both outputs."""
    with Shell(tmp_path, clean_environment()) as shell:
        assert shell.run("export WORD=one") == (0, "")
        assert shell.run("echo $WORD; echo two >&2; false") == (1, "one\ntwo\n")
        assert shell.run("printf three") == (0, "three")
        assert shell.begin("echo four &") == "four\n"
