"""`settings.example.env` lists every setting: in order, with its default and a sentence."""

from __future__ import annotations

import itertools
from pathlib import Path

from syncd.settings import Settings, load_settings
from syncd.settings.variables import collect, names

from .test_load import NEEDED

EXAMPLE = Path(__file__).parents[2] / "settings.example.env"


def lines() -> list[tuple[str, str]]:
    """Each setting's line with the line above it."""
    text = EXAMPLE.read_text("utf-8").splitlines()
    return [(above, line) for above, line in itertools.pairwise(text) if line.startswith("SYNCD_")]


def test_every_setting_is_listed_in_the_models_order() -> None:
    """A new setting without a line here fails, and so does a line without a setting."""
    assert [line.partition("=")[0] for _, line in lines()] == names(Settings)


def test_every_setting_has_a_sentence() -> None:
    """The line above says what it is."""
    for above, line in lines():
        assert above.startswith("# ") and above.endswith("."), line


def test_the_values_are_the_defaults() -> None:
    """Loading the file as it is, with the needed values, gives the settings of somebody who set nothing else."""
    told = collect({"SYNCD_ENV_FILE": str(EXAMPLE)})
    assert load_settings(told | NEEDED) == load_settings(NEEDED)


def test_a_default_that_is_not_empty_is_written_out() -> None:
    """An empty value stands only where nothing is the default."""
    written = collect({"SYNCD_ENV_FILE": str(EXAMPLE)})
    for name in names(Settings):
        section, _, field = name.removeprefix("SYNCD_").lower().partition("__")
        model = Settings.model_fields[section]
        default = model.default if not field else getattr(getattr(load_settings(NEEDED), section), field)
        if default is not None and name not in NEEDED:
            assert name in written, name
