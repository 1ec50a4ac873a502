"""The registry: rows made by configuration, plug-ins, and what installed packages bring."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark import plugins
from benchmark.bench.runner import comparisons
from benchmark.datasets import Collection
from benchmark.errors import InputError
from benchmark.registry import Registry, check_name, current, register, retriever, retrievers, using
from benchmark.retriever import Retriever, Task

ROOT = Path(__file__).resolve().parents[2]

PLUGIN = """
from dataclasses import dataclass
from benchmark import Retriever, register

@register({name!r}, title="T", group="G")
@dataclass(frozen=True, kw_only=True)
class Mine(Retriever):
    size: int = 1
"""


@pytest.fixture
def registry() -> Iterator[Registry]:
    ours = current().copy()
    path, modules = [*sys.path], dict(sys.modules)
    with using(ours):
        yield ours
    sys.path[:] = path
    for name in sys.modules.keys() - modules.keys():
        del sys.modules[name]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_row_is_a_retriever_under_other_settings(registry: Registry, tmp_path: Path) -> None:
    text = '[bm25-web]\nretriever = "bm25"\ntitle = "BM25 (web)"\nk1 = 0.82\nb = 1\n'
    registry.read_rows(write(tmp_path / "rows.toml", text))
    entry = retriever("bm25-web")
    assert (entry.title, entry.group) == ("BM25 (web)", retriever("bm25").group)
    made = entry.make()
    assert type(made) is retriever("bm25").kind
    assert (made.k1, made.b) == (0.82, 1.0)  # type: ignore[attr-defined]


def test_the_order_of_rows_and_of_their_files_does_not_matter(
    registry: Registry, tmp_path: Path
) -> None:
    one = write(tmp_path / "1.toml", '[c]\nretriever = "b"\nb = 0.1\n[b]\nretriever = "a"\nb = 1\n')
    two = write(tmp_path / "2.toml", '[a]\nretriever = "bm25"\nk1 = 2\n')
    registry.read_rows(one, two)
    assert retriever("c").settings == {"k1": 2.0, "b": 0.1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "'x' is not a table"),
        ("[x]\nk1 = 0.5", "row 'x' names no retriever"),
        ('[x]\nretriever = "bm25"\ntitle = 1', "title of row 'x' is not a text"),
        ('[x]\nretriever = "bm26"', "did you mean 'bm25'?"),
        ('[x]\nretriever = "x"', "unknown retriever 'x'"),
        ('[x]\nretriever = "bm25"\nk2 = 0.5', "unknown setting of 'x' 'k2'; did you mean 'k1'?"),
        ('[x]\nretriever = "bm25"\nk1 = "0.5"', "setting 'k1' of 'x' is '0.5'; it must be"),
        ('[bm25]\nretriever = "bm25"', "retriever 'bm25' is registered twice"),
        ('["../x"]\nretriever = "bm25"', "'../x' is not a valid name"),
        ("[x", "not TOML"),
    ],
)
def test_a_wrong_row_is_refused(registry: Registry, tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path / "rows.toml", text)
    with pytest.raises(InputError) as error:
        registry.read_rows(path)
    assert said in str(error.value)
    assert str(error.value).startswith(f"{path}: ")
    assert registry.entries.keys() == current().copy().entries.keys()


def test_a_copy_leaves_the_registry_alone(tmp_path: Path) -> None:
    before = dict(retrievers())
    with using(current().copy()):
        current().read_rows(write(tmp_path / "rows.toml", '[x]\nretriever = "bm25"\n'))
        assert "x" in retrievers()
    assert retrievers() == before


def test_what_is_no_frozen_dataclass_is_refused() -> None:
    with pytest.raises(InputError, match=r"'x' is not a frozen dataclass; write @dataclass"):
        register("x", title="X", group="G")(type("X", (Retriever,), {}))


def test_plug_ins_of_one_name_are_kept_apart(registry: Registry, tmp_path: Path) -> None:
    for name in ("a", "b"):
        registry.plug_in(write(tmp_path / name / "same.py", PLUGIN.format(name=name)))
    kinds = [retriever(name).kind for name in ("a", "b")]
    assert kinds[0].__module__ != kinds[1].__module__
    assert [getattr(sys.modules[kind.__module__], "Mine") for kind in kinds] == kinds  # noqa: B009


def test_a_plug_in_changes_with_the_modules_that_it_imports(
    registry: Registry, tmp_path: Path
) -> None:
    text = "from helper import SIZE\nimport pack.deep\n" + PLUGIN.format(name="mine")
    text += "    def search(self, task):\n        import lazily\n"
    path = write(tmp_path / "mine.py", text)
    write(tmp_path / "helper.py", "import further\nSIZE = 1\n")
    write(tmp_path / "further.py", "")
    write(tmp_path / "lazily.py", "")
    write(tmp_path / "unused.py", "")
    write(tmp_path / "pack" / "__init__.py", "from .beside import X\n")
    write(tmp_path / "pack" / "beside.py", "X = 1\n")
    write(tmp_path / "pack" / "deep.py", "from . import beside\n")
    registry.plug_in(path)
    before = retriever("mine").kind.source
    assert plugins.source(path) == before
    for name in ("helper", "further", "lazily", "pack/beside", "pack/deep", "pack/__init__"):
        file = tmp_path / f"{name}.py"
        content = file.read_text(encoding="utf-8")
        file.write_text(content + "# changed\n", encoding="utf-8")
        assert plugins.source(path) != before, name
        file.write_text(content, encoding="utf-8")
    write(tmp_path / "unused.py", "# changed\n")
    assert plugins.source(path) == before


def test_a_module_with_the_name_of_another_is_refused(registry: Registry, tmp_path: Path) -> None:
    path = write(tmp_path / "a" / "one.py", "import json\n" + PLUGIN.format(name="one"))
    write(tmp_path / "a" / "json.py", "")
    with pytest.raises(InputError, match=r"its module 'json' .* has the name of another module"):
        registry.plug_in(path)
    for name in ("b", "c"):
        write(tmp_path / name / "helper_of_two.py", "")
        write(tmp_path / name / "x.py", "import helper_of_two\n" + PLUGIN.format(name=name))
    registry.plug_in(tmp_path / "b" / "x.py")
    with pytest.raises(InputError, match="its module 'helper_of_two'"):
        registry.plug_in(tmp_path / "c" / "x.py")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\n", "registers no retriever, metric or paper"),
        ("\n1 / 0\n", "mine.py:2: ZeroDivisionError: division by zero; correct the plug-in"),
        ("\n\nx = (\n", "mine.py:3: SyntaxError"),
        ("import helper\n", "helper.py:2: NameError: name 'y' is not defined"),
        (PLUGIN.format(name="bm25"), "retriever 'bm25' is registered twice"),
    ],
)
def test_a_plug_in_that_fails_is_one_line(
    registry: Registry, tmp_path: Path, text: str, said: str
) -> None:
    write(tmp_path / "helper.py", "\ny\n")
    with pytest.raises(InputError) as error:
        registry.plug_in(write(tmp_path / "mine.py", text))
    assert said in str(error.value)


def test_a_checkout_needs_no_installation() -> None:
    """Retrievers and comparisons are found by pyproject.toml, though nothing is installed."""
    script = (
        "from importlib import metadata\n"
        "metadata.entry_points = lambda **_: ()\n"
        "from benchmark.registry import retrievers\n"
        "from benchmark.bench.runner import comparisons\n"
        "print(len(retrievers()), len(comparisons()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", cwd=ROOT, check=True
    )
    assert done.stdout.split() == [str(len(retrievers())), str(len(comparisons()))]


def test_a_package_that_fails_to_load_is_named(tmp_path: Path) -> None:
    info = tmp_path / "broken-1.0.dist-info"
    write(info / "METADATA", "Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    write(info / "entry_points.txt", "[benchmark.retrievers]\nbroken = broken_module\n")
    write(tmp_path / "broken_module.py", "import nothing_of_the_kind\n")
    done = subprocess.run(
        [sys.executable, "-m", "benchmark", "list"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 2
    assert "the entry point 'broken_module' of broken fails to load" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["qrels", "Qrels", "variants"])
def test_names_of_files_beside_the_rows_are_reserved(name: str) -> None:
    with pytest.raises(
        InputError, match=f"retriever name '{name}' is not a valid name that is not"
    ):
        check_name("retriever", name)


def test_that_weights_cannot_be_used_is_said_before_that_they_are_missing(
    registry: Registry, tmp_path: Path, zoo: Collection
) -> None:
    """Whoever fetched the weights would only then learn that they don't serve."""
    rows = '[siglip]\nretriever = "clip-zero-shot"\nmodel = "ViT-B-16-SigLIP"\nstart = "webli"\n'
    registry.read_rows(write(tmp_path / "rows.toml", rows))
    reason = retriever("siglip").make().why_unavailable(Task(data=zoo))
    assert reason is not None
    assert reason.startswith("cannot be used: open_clip's 'ViT-B-16-SigLIP' is not a plain CLIP")
