"""docs/troubleshooting.md quotes what the program says, and covers every kind of trouble that it knows."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from syncd import errors
from tests.deploy.offline import REPOSITORY

PAGE = (REPOSITORY / "docs" / "troubleshooting.md").read_text("utf-8")
QUOTED = sorted(set(re.findall(r"\*\*`([^`]+)`\*\*", PAGE)))
CLASSES = [
    name for name, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, errors.SyncdError)
]


def trees() -> Iterator[ast.Module]:
    """The modules of the program that run against real shops."""
    for file in sorted((REPOSITORY / "syncd").rglob("*.py")):
        if not {"sandbox", "demo"} & set(file.relative_to(REPOSITORY).parts):
            yield _parsed(file)


@cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


@cache
def texts() -> frozenset[str]:
    """Every text in the program; what is filled in is `…`, also between two texts that are joined by `+`."""
    return frozenset(_text(node) for tree in trees() for node in ast.walk(tree) if _is_text(node))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr | ast.BinOp) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left) + _text(node.right)
    return "…"


def failure_codes() -> set[str]:
    """Every code that a record can be set aside with."""
    found = {one.code for one in vars(errors).values() if inspect.isclass(one) and hasattr(one, "code")}
    for tree in trees():
        names = {
            node.targets[0].id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Held", "Refused", "SetAside"):
                found |= {
                    code for word in node.keywords if word.arg == "code" for code in _codes(word.value, names)
                }
    return found


def _codes(node: ast.AST, names: Mapping[str, object]) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name) and isinstance(names.get(node.id), str):
        yield str(names[node.id])
    elif isinstance(node, ast.IfExp):
        yield from _codes(node.body, names)
        yield from _codes(node.orelse, names)


@pytest.mark.parametrize("quoted", QUOTED)
def test_a_quoted_message_is_said_by_the_program(quoted: str) -> None:
    """Whoever searches the page for a message finds it, also after the message was rephrased."""
    pieces = [re.escape(piece.strip()) for piece in quoted.split("…") if piece.strip()]
    pattern = re.compile(".*".join(pieces), re.DOTALL)
    assert any(pattern.search(text) for text in texts()), quoted


def test_messages_are_quoted() -> None:
    """The page has what the test above looks at."""
    assert len(QUOTED) > 40


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_of_error_is_explained(name: str) -> None:
    """With who has to act."""
    assert name == "SyncdError" or f"`{name}`" in PAGE


@pytest.mark.parametrize("code", sorted(failure_codes()))
def test_every_reason_to_set_a_record_aside_is_explained(code: str) -> None:
    """In the table of codes, with what to do."""
    assert re.search(rf"^\|[^|]*`{code}`[^|]*\|[^|]+\|[^|]+\|$", PAGE, re.MULTILINE), code
