"""The house rules that a reader relies on: imports along the arrows, one purpose a file."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import benchmark
from benchmark.cli import cli

ROOT = Path(__file__).resolve().parents[2]
MODULES = [
    path for name in ("benchmark", "baselines", "univl_dr") for path in (ROOT / name).rglob("*.py")
]


SHARED_BY_COMMANDS = ("options", "shards")


def test_imports_follow_the_arrows() -> None:
    """The contracts stand in pyproject.toml."""
    script = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    words = [sys.executable, "-c", script, "--no-cache"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


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
