"""The reference belongs to the code at hand; `tox -e results` makes it again."""

from pathlib import Path

import pytest

from benchmark.artefacts.identity import identity
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.papers.univl_dr.claims import CLAIMS
from benchmark.registry import retrievers
from benchmark.results.result import Result
from benchmark.retriever import Task
from benchmark.verify import verify

RESULTS = Path(__file__).resolve().parents[2] / "results"
MINI = RESULTS / "reference" / "webqa-mini"

pytestmark = pytest.mark.skipif(not MINI.is_dir(), reason="no reference here")


def test_they_score_what_they_say(
    webqa_mini: Collection, mini_store: Store, tmp_path: Path
) -> None:
    (tmp_path / "reference").symlink_to(RESULTS / "reference")
    findings = verify(tmp_path, webqa_mini, "test", mini_store, {"claims.md": CLAIMS})
    assert [f"{finding.path}: {finding.wrong}" for finding in findings] == []


def test_they_are_made_as_the_code_makes_them_now(webqa_mini: Collection) -> None:
    """Each row's ranking has the identity that the code gives it."""
    task = Task(data=webqa_mini)
    kept = {path.parent.name: Result(path.parent) for path in MINI.glob("*/manifest.json")}
    wanted = {
        name: identity(retriever.ranking(task))
        for name, entry in retrievers().items()
        if (retriever := entry.make()).why_unavailable(task) is None
    }
    made = {name: result.manifest["ranking"] for name, result in kept.items()}
    otherwise = {name for name in made if made[name] != wanted.get(name, made[name])}
    assert otherwise == set(), "made otherwise: tox -e results renews them"
    assert wanted.keys() - made.keys() == set(), "missing: tox -e results makes them"
    assert made.keys() <= retrievers().keys()
