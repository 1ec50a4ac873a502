"""The commands of README and documentation, run as printed on a small world.

Each page is followed from top to bottom in a folder of its own: what it shows as a file (a block
whose first line names it, or that the text before it names) is written, and what it shows as a
command is run. What differs is what they meet: the store's webqa-mini has a ninth of its towns,
DIR and the like are small folders. `run --all` runs two rows, and a few commands aren't run, for
the reasons given here.
"""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import write_lines

from benchmark.artefacts.store import Store
from benchmark.cli import cli
from benchmark.datasets import Collection
from benchmark.datasets.webqa_mini import FOLDER
from benchmark.errors import BenchmarkError
from benchmark.evaluation.plugin_metrics import PLUGIN_METRICS
from benchmark.execution import experiment
from benchmark.registry import current, using
from benchmark.results.result import Result, best_first

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "results/README.md")),
    *sorted(ROOT.glob("docs/**/*.md")),
]

NOT_FOLLOWED = {
    "cluster.md": "needs several machines; its commands have tests of their own",
    "robustness.md": "shows what goes wrong, which tests/faults provoke",
    "speed.md": "times the machine for minutes; tests/unit/test_bench runs a comparison",
}
"""Pages whose commands aren't run, and why; their links are checked."""

NOT_RUN = {
    r"(?!python -m benchmark ).*": "installs the project, tests it, or is another program's",
    r".*\bclaims\b(?!.*words\.py).*": "trains checkpoints: tests/unit/test_variants runs some",
    r".*\b(run clip-dpr|plot learning-curves)\b.*": "trains: test_charts has a checkpoint",
    r".*\brun ((nq|vinvl|marvel|bm25-clip)-dpr|(dpr|clip)-zero-shot)\b.*": "trains: "
    "tests/contract runs every row",
    r".*\brun (minilm |bm25-)conse\b.*": "classifies images: tests/contract runs every row",
    r".*\breproduce\b.*": "wants the reference's data: tests/unit/test_reproduction compares",
    r".*\btable (image-representation|negatives|verbalization)\b.*": "as claims",
    r".*\b(data fetch|webqa-mbeir)\b.*": "downloads; tests/unit/test_fetch has a hub of its own",
    r".*(data prepare|--dataset) (own|mteb)\b.*": "wants images: tests/unit/test_layouts has some",
    r".*ir_datasets:.*": "downloads; tests/unit/test_ir_collections reads a stub",
    r".*(\buniv[^ ]*-bf16|\bsiglip-b16|--rows (splade|re-ranked|colbert)\.toml)\b.*": "needs "
    "published weights",
}
"""Commands that aren't run, and why."""

ALL, TWO = "run --all", "run bm25 minilm"
"""The former would train every row, each of which tests/contract runs."""

EXPECTED = {
    "python -m benchmark data verify webqa": 1,  # it isn't the real one, and verify says so
}
"""Exit codes other than 0."""

BEFORE = ("howto", "README.md")
"""Pages (or folders of them) whose reader has run `run --all`."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the file that it shows, if it does."""

    language: str
    text: str
    file: str | None


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for found in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        language, content = found.groups()
        named = re.match(r"# ([\w.-]+\.(?:py|toml))\n", content)
        before = re.search(r"`([\w-]+\.py)`:\n*\Z", text[: found.start()])
        file = named or before
        yield Block(language, content, file.group(1) if file and language != "sh" else None)


def commands(text: str) -> list[str]:
    """The lines of a block, those that a backslash continues joined, without comments."""
    lines = text.replace("\\\n", " ").splitlines()
    return [line for line in (line.split(" #")[0].strip() for line in lines) if line]


def reason(command: str) -> str | None:
    """Why a command isn't run."""
    return next((why for like, why in NOT_RUN.items() if re.fullmatch(like, command)), None)


@pytest.fixture
def world(
    tmp_path: Path,
    webqa_micro: Collection,
    micro_store: Store,
    beir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A folder with what the pages speak of."""
    place = tmp_path / "reader"
    place.mkdir()
    (place / "DIR").symlink_to(webqa_micro.folder / FOLDER)
    beir.rename(place / "my-data")
    theirs = place / "their-results"
    theirs.mkdir()
    queries = webqa_micro.queries("test")
    (document,) = webqa_micro.corpus.ids([0])
    (theirs / "run.trec").write_text(
        "".join(f"{query.id} Q0 {document} 1 1 theirs\n" for query in queries)
    )
    about = {"data": {"fingerprint": webqa_micro.fingerprint, "split": "test"}}
    write_lines(theirs / "manifest.json", [about])
    monkeypatch.chdir(place)
    monkeypatch.setenv("BENCHMARK_STORE", str(micro_store.root))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(experiment, "_workers", lambda _: 1)  # each further one imports torch anew
    return place


def follow(command: str) -> Any:
    """Run a command, and forget what plug-ins registered: the next one is another process."""
    words = shlex.split(command.replace(ALL, TWO))
    metrics = dict(PLUGIN_METRICS)
    try:
        with using(current().copy()):
            return CliRunner().invoke(cli, words[3:])
    finally:
        PLUGIN_METRICS.clear()
        PLUGIN_METRICS.update(metrics)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_is_true_to_the_letter(page: Path, world: Path) -> None:
    if page.name in NOT_FOLLOWED:
        pytest.skip(NOT_FOLLOWED[page.name])
    if page.name in BEFORE or page.parent.name in BEFORE:
        follow(f"python -m benchmark {ALL}")
    for block in blocks(page):
        if block.file:
            inside = world / "their-results" if block.file == "submission.toml" else world
            (inside / block.file).write_text(block.text, encoding="utf-8")
        for command in commands(block.text) if block.language == "sh" else ():
            if reason(command):
                continue
            done = follow(command)
            assert not isinstance(done.exception, BenchmarkError), f"{command}\n{done.exception}"
            if done.exception and not isinstance(done.exception, SystemExit):
                raise done.exception
            assert done.exit_code == EXPECTED.get(command, 0), f"{command}\n{done.output}"


def test_the_first_rows_in_the_readme_are_those_of_the_results() -> None:
    kept = sorted((ROOT / "results" / "reference" / "webqa-mini").glob("*/manifest.json"))
    if not kept:
        pytest.skip("the reference isn't there")
    (table,) = [one for one in blocks(ROOT / "README.md") if one.language == "text"]
    shown = [
        [cell.strip() for cell in line.split("|")[1:6]] for line in table.text.splitlines()[2:]
    ]
    results = best_first([Result(path.parent) for path in kept])
    contenders = [result.name for result in results if not result.oracle]
    for row, result in zip(shown, results, strict=False):
        figure = result.summary["MRR@10"]
        mean, low, high = (f"{100 * figure[key]:.2f}" for key in ("mean", "low", "high"))  # type: ignore[literal-required]
        rank = "" if result.oracle else str(contenders.index(result.name) + 1)
        interval = f"{mean} [{low}, {high}]"
        assert row == [rank, result.title, result.name, result.group, interval]


def test_the_example_of_the_readme_is_short_and_alike_in_the_tutorial() -> None:
    (example,) = [one for one in blocks(ROOT / "README.md") if one.file == "overlap.py"]
    assert example.text.count("\n") <= 20
    (tutorial,) = [one for one in blocks(ROOT / "docs" / "tutorial.md") if one.file]
    assert tutorial.text == f"# overlap.py\n{example.text}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_links_to_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_page_on_methods_puts_every_row_into_a_family() -> None:
    page = (ROOT / "docs" / "explanation" / "methods" / "index.md").read_text(encoding="utf-8")
    table = "".join(line for line in page.splitlines() if line.startswith("| ["))
    assert set(re.findall(r"`([\w-]+)`", table)) == set(current().entries)


def test_the_page_on_result_files_names_every_field_of_a_result(world: Path) -> None:
    follow("python -m benchmark run minilm")
    follow("python -m benchmark space minilm")
    (folder,) = (world / "results").glob("*/minilm")
    page = (ROOT / "docs" / "reference" / "result-files.md").read_text(encoding="utf-8")
    for name in ("metrics.json", "manifest.json", "space.json"):
        (section,) = re.findall(rf"^## `{name}`$(.*?)^## ", page, re.MULTILINE | re.DOTALL)
        found = set(fields(json.loads((folder / name).read_text(encoding="utf-8"))))
        assert len(found) > 5
        assert {field for field in found if f"`{field}`" not in section} == set()


def fields(content: Any) -> Iterator[str]:
    """The keys of JSON data at all depths, but for those that are names of other things."""
    if isinstance(content, list):
        yield from fields(content[0] if content else None)
    elif isinstance(content, dict):
        for key, value in content.items():
            yield key
            if key not in ("metrics", "copies_as_one", "ties", "recipe", "packages", "files"):
                yield from fields(value)


def test_every_reason_for_not_running_is_needed() -> None:
    all_commands = [
        command
        for page in PAGES
        for block in blocks(page)
        if block.language == "sh"
        for command in commands(block.text)
    ]
    for like in NOT_RUN:
        assert any(re.fullmatch(like, command) for command in all_commands), like
    assert EXPECTED.keys() <= set(all_commands)
