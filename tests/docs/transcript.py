"""Console blocks of a page: commands with what they print, carried out in one shell as a reader would."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

_PROMPT = "$ "
_ANY = "…"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A command, and the lines that the page shows below it."""

    command: str
    shown: tuple[str, ...]

    @property
    def in_background(self) -> bool:
        """Whether the shell goes on at once."""
        return self.command.endswith(" &")


def spoken(page: str) -> list[Spoken]:
    """The commands of all ```console blocks of a page; a backslash at a line's end joins it with the next one."""
    found: list[Spoken] = []
    for block in re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        for line in re.sub(r" \\\n\s*", " ", block).splitlines():
            if line.startswith(_PROMPT):
                found.append(Spoken(line.removeprefix(_PROMPT), ()))
            else:
                found[-1] = Spoken(found[-1].command, (*found[-1].shown, line))
    return found


def agrees(shown: Sequence[str], printed: str) -> bool:
    """Whether a page shows what was printed: a line of `…` stands for any lines, `…` within a line for any text."""
    pieces = []
    for line in shown:
        if line.strip() == _ANY:
            pieces.append(r"(?:.*\n)*?")
        else:
            pieces.append(".*".join(re.escape(piece) for piece in line.rstrip().split(_ANY)) + r"\n")
    text = "".join(f"{line.rstrip()}\n" for line in printed.strip("\n").splitlines())
    return re.fullmatch("".join(pieces), text) is not None


class Shell:
    """A bash that keeps its variables from one command to the next; what runs in the background ends with it."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._bash = subprocess.Popen(
            ["bash"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=folder,
            env=dict(environment),
        )
        self._background: list[subprocess.Popen[str]] = []
        self._folder = folder

    def run(self, command: str) -> tuple[int, str]:
        """A command's exit code and all that it prints."""
        assert self._bash.stdin is not None and self._bash.stdout is not None  # they are pipes
        self._bash.stdin.write(f"{{ {command}\n}} </dev/null; code=$?; echo; echo @@@ $code\n")
        self._bash.stdin.flush()
        lines: list[str] = []
        for line in self._bash.stdout:
            if line.startswith("@@@ "):
                return int(line.split()[1]), "".join(lines)[:-1]
            lines.append(line)
        raise AssertionError(f"the shell ended at: {command}")

    def begin(self, command: str) -> str:
        """Start a command in the background; the first line that it prints."""
        _, path = self.run("echo $PATH")
        words = shlex.split(command.removesuffix("&"))
        process = subprocess.Popen(
            words, stdout=subprocess.PIPE, text=True, cwd=self._folder, env={"PATH": path.strip()}
        )
        self._background.append(process)
        assert process.stdout is not None  # it is a pipe
        return process.stdout.readline()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in (*self._background, self._bash):
            process.kill()
            process.communicate()
