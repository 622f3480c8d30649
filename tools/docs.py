"""`python -m tools.docs`: write the pages of docs/ that are made from the program itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tools import cli_page, settings_page

ROOT = Path(__file__).parents[1]
PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": lambda: settings_page.page((ROOT / "settings.example.env").read_text("utf-8")),
    "cli.md": cli_page.page,
}
"""The generated pages by name."""


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (ROOT / "docs" / name).write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
