"""`syncd doctor`: everything that would make a first run stumble, each with its reason and the way out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from syncd import logs
from syncd.cli.screen import Screen
from syncd.cli.spell import spell_json
from syncd.doctor.examination import examine
from syncd.doctor.finding import Finding, Level, Verdict, verdict
from syncd.settings import load_settings


def doctor_command(*, write_probe: bool, as_json: bool) -> int:
    """Examine, and print what was found."""
    settings = load_settings(needs_token=False)
    logs.configure(settings, level="error")
    found = asyncio.run(examine(settings, write_probe=write_probe))
    result = verdict(found)
    if as_json:
        print(spell_json({"exit": int(result), "findings": [asdict(finding) for finding in found]}))
    else:
        _show(Screen(), found, result)
    return int(result)


def _show(screen: Screen, found: Sequence[Finding], result: Verdict) -> None:
    for subject in dict.fromkeys(finding.subject for finding in found):
        screen.heading(subject)
        for finding in found:
            if finding.subject == subject:
                show_finding(screen, finding)
    counts = {level: sum(finding.level is level for finding in found) for level in Level}
    screen.line()
    told = [f"{number} {word}{'' if number == 1 else 's'}" for word, number in _bad(counts)]
    screen.text(f"{', '.join(told)}, {counts[Level.OK]} ok.")
    if result is Verdict.ERRORS:
        screen.text("Next: put the errors right, then 'syncd doctor' again.")
    else:
        screen.text("Next: 'syncd plan' shows what a first run would write.")


def _bad(counts: Mapping[Level, int]) -> list[tuple[str, int]]:
    return [(str(level), counts[level]) for level in (Level.ERROR, Level.WARNING)]


def show_finding(screen: Screen, finding: Finding) -> None:
    """One finding; its reason and the way out below it."""
    screen.text(f"{finding.level:<8}{finding.check}: {finding.what}", "  ")
    if finding.why:
        screen.text(f"Why: {finding.why}", "          ")
    if finding.fix:
        screen.text(f"Fix: {finding.fix}", "          ")
