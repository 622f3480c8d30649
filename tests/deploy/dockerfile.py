"""A Dockerfile as data, and its build steps carried out in a folder instead of an image."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction."""

    word: str
    rest: str


@dataclass(slots=True)
class Stage:
    """The steps from one FROM to the next."""

    image: str
    name: str
    steps: list[Step] = field(default_factory=list)

    def of(self, word: str) -> list[str]:
        """What all instructions of a kind say."""
        return [step.rest for step in self.steps if step.word == word]

    @property
    def environment(self) -> dict[str, str]:
        """What its ENV lines set."""
        return dict(pair.split("=", 1) for line in self.of("ENV") for pair in shlex.split(line))


def stages(text: str) -> list[Stage]:
    """Read a Dockerfile."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found: list[Stage] = []
    for line in re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            image, _, name = rest.partition(" AS ")
            found.append(Stage(image, name))
        elif word:
            found[-1].steps.append(Step(word, rest.strip()))
    return found


def command(text: str) -> list[str]:
    """An instruction in its JSON form, which needs no shell."""
    words: list[str] = json.loads(text)
    return words


class Machine:
    """A folder that plays the image's root: every path of the Dockerfile is taken from there."""

    def __init__(self, root: Path, context: Path, environment: Mapping[str, str]) -> None:
        self.root = root
        self._context = context
        self._environment = environment
        self._at = root

    def build(self, stage: Stage) -> None:
        """Carry out COPY, WORKDIR and RUN. Raises `CalledProcessError` for a step that fails."""
        for step in stage.steps:
            if step.word == "WORKDIR":
                self._at = self._inside(step.rest)
                self._at.mkdir(parents=True, exist_ok=True)
            elif step.word == "COPY":
                *sources, target = step.rest.split()
                self._copy(sources, self._at / target)
            elif step.word == "RUN":
                script = re.sub(r"(?<![\w.])/(?=(build|opt|var)/)", f"{self.root}/", step.rest)
                given = {**self._environment, **stage.environment}
                subprocess.run(["sh", "-euc", script], check=True, cwd=self._at, env=given)

    def _inside(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def _copy(self, sources: list[str], target: Path) -> None:
        for source in sources:
            there = self._context / source
            if there.is_dir():
                shutil.copytree(
                    there, target, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
                )
            else:
                shutil.copy(there, target)
