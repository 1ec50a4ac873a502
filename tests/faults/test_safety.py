"""Nothing runs that came as data, and no name leads out of its folder."""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from conftest import Command

from benchmark.artefacts.store import Store
from benchmark.datasets import find
from benchmark.errors import InputError
from benchmark.registry import check_name
from univl_dr.weights import read_weights

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path for name in ("benchmark", "baselines", "univl_dr") for path in (ROOT / name).rglob("*.py")
]
BANNED_CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "tempfile.mktemp"}
BANNED_MODULES = {"dill", "joblib", "marshal", "shelve", "xml", "telnetlib", "ftplib"}
HOSTILE = [
    "../out",
    "..",
    ".",
    "/etc/passwd",
    "a/b",
    "a\\b",
    "a\0b",
    "a" * 300,
    "",
    "-",
    ".hidden",
    "CON\n",
]


def unsafe(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                found = {alias.name.split(".")[0] for alias in names} & {*BANNED_MODULES, "pickle"}
            case ast.ImportFrom(module=str(module)):
                found = {module.split(".")[0]} & {*BANNED_MODULES, "pickle"}
            case ast.Call(func=called, keywords=keywords):
                name, given = ast.unparse(called), {one.arg: one.value for one in keywords}
                found = {name} & BANNED_CALLS
                if name.startswith("pickle.load") or name.endswith(".Unpickler"):
                    found.add(name)
                if name == "torch.load" and not _is(given.get("weights_only"), True):
                    found.add("torch.load of more than weights")
                if name == "np.load" and not _is(
                    given.get("allow_pickle", ast.Constant(False)), False
                ):
                    found.add("np.load of pickles")
                # This loader makes texts, lists and mappings, and nothing else.
                loader = ast.unparse(given.get("Loader", ast.Constant(None)))
                if name.startswith("yaml.") and "load" in name and loader != "yaml.BaseLoader":
                    found.add(name)
                if _is(given.get("shell"), True) or _is(given.get("trust_remote_code"), True):
                    found.add(f"{name} with a shell or with remote code")
            case _:
                continue
        yield from (f"{path.relative_to(ROOT)}:{node.lineno}: {one}" for one in found)


def _is(node: ast.expr | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def test_the_source_holds_no_unsafe_call() -> None:
    found = {one for path in SOURCES for one in unsafe(path)}
    # The name of torch's error for a file that holds code; nothing is unpickled.
    (only,) = found
    assert re.fullmatch(r"univl_dr/weights\.py:\d+: pickle", only)


def test_the_walk_finds_what_it_looks_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    lines = ["import pickle", "pickle.loads(b'')", "torch.load(p)", "torch.load(p, weights_only=x)"]
    lines += ["np.load(p, allow_pickle=True)", "f(x, shell=True)", "eval('1')", "import xml.x"]
    lines += ["yaml.load(p)", "yaml.unsafe_load(p)"]
    (tmp_path / "bad.py").write_text("\n".join(lines))
    assert len(list(unsafe(tmp_path / "bad.py"))) == len(lines)


class Hostile:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.mark,)


@pytest.mark.parametrize("name", ["weights.pt", "weights.safetensors", "weights.bin"])
def test_a_hostile_checkpoint_is_refused_and_not_run(tmp_path: Path, name: str) -> None:
    torch.save({"model": {"a": Hostile(tmp_path / "ran")}}, tmp_path / name)
    with pytest.raises(InputError, match=name):
        read_weights(tmp_path / name)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_of_a_folder_stays_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        check_name("system", name)
    settings = f'name = {json.dumps(name)}\nformat = "beir"\npath = "zoo"\n'
    (tmp_path / "data.toml").write_text(settings)
    with pytest.raises(InputError, match=r"data\.toml"):
        find(str(tmp_path / "data.toml"), None, Store(tmp_path / "store"))
    assert not (tmp_path / "store").exists()


def test_ids_of_documents_and_questions_are_no_paths(
    bench: Command, beir: Path, tmp_path: Path
) -> None:
    ids = {"d2": "../../../out", "d1": "/etc/passwd", "d4": "d" * 300, "q0": "../q", "q1": "<u>\\x"}
    for path in (beir / "corpus.jsonl", beir / "queries.jsonl", beir / "qrels" / "test.tsv"):
        text = path.read_text()
        for old, new in ids.items():
            quoted = json.dumps(new) if path.suffix == ".jsonl" else new
            text = text.replace(f'"{old}"', quoted).replace(f"{old}\t", f"{new}\t")
        path.write_text(text)
    before = set(tmp_path.parent.iterdir())
    words = ["--dataset", "beir", "--data-dir", beir]
    for command in (["run", "bm25"], ["site", "--out", "site"], ["verify"]):
        done = bench(*command, *words)
        assert done.returncode == 0, done.stderr
    assert set(tmp_path.parent.iterdir()) == before
    written = {path.name for path in tmp_path.iterdir()} - {"store", "results", "zoo", "site"}
    assert not written
    assert not any("<u>" in path.read_text() for path in tmp_path.rglob("*.html"))


def test_the_way_in_for_code_says_so(bench: Command) -> None:
    assert "The file is executed with your rights" in " ".join(
        bench("run", "--help").stdout.split()
    )
