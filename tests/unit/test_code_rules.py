"""The rules of the code in CONTRIBUTING: directions of imports, one purpose a file."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

import benchmark
from benchmark.cli import cli

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("benchmark", "baselines", "univl_dr")
MODULES = [path for name in PACKAGES for path in (ROOT / name).rglob("*.py")]


SHARED_BY_COMMANDS = ("options", "shards")

JSON_READERS = {"photographs.py"}
"""What is no JSON file: a literal of Debian's translations."""


def test_imports_follow_the_arrows() -> None:
    """The contracts stand in pyproject.toml."""
    script = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    words = [sys.executable, "-c", script, "--no-cache"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_imports_go_in_a_circle() -> None:
    """Neither at the top of modules nor within functions; type checkers' alone may."""
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)
    order = TopologicalSorter(
        {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    )
    order.prepare()  # raises CycleError, which names the modules


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_its_purpose_and_is_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    said = ast.get_docstring(ast.parse(text)) or ""
    assert said.split("\n")[0].endswith((".", ":", "?")), "the first line is no sentence"
    assert text.count("\n") <= 400


def test_the_public_names_are_documented() -> None:
    for name in benchmark.__all__:
        said = getattr(benchmark, name).__doc__ or ""
        assert said.strip(), name
        assert not said.startswith(f"{name}("), f"{name} has the docstring that dataclasses make"
        assert f"``{name}``" in str(benchmark.__doc__), name


def test_each_command_is_a_module_named_after_it() -> None:
    folder = ROOT / "benchmark" / "commands"
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", *SHARED_BY_COMMANDS}
    assert modules == set(cli.commands)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_text_and_json_are_read_alike_everywhere(path: Path) -> None:
    """Text names its encoding, and JSON is read by the one reader that refuses NaN.

    ruff's PLW1514 sees only the calls whose receiver it knows.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        given = {keyword.arg for keyword in node.keywords}
        name = getattr(node.func, "attr", "")
        place = f"{path.name}:{node.lineno}"
        if name in ("read_text", "write_text", "fdopen"):
            assert "encoding" in given or len(node.args) > 1, f"{place} names no encoding"
        assert not given & {"text", "universal_newlines"} or "encoding" in given or name != "run", (
            f"{place} names no encoding"
        )
        if name in ("loads", "load") and getattr(node.func.value, "id", "") == "json":  # type: ignore[attr-defined]
            assert path.name in JSON_READERS or path.parent.name == "bench", (
                f"{place} reads JSON past benchmark.io.jsonl.decode_json"
            )


def test_contributing_names_files_that_there_are() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:benchmark|baselines|univl_dr|tests)/[\w/]+(?:\.py\b|/)", text))
    assert len(named) > 10
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
