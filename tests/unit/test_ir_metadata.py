"""ir_metadata: written beside an exported run, read at the head of a submitted one."""

import gzip
from pathlib import Path

import pytest

from benchmark.errors import InputError
from benchmark.io.ir_metadata import MOST_LINES, read_header, render
from benchmark.io.trec import read_run
from benchmark.report.inspection import Inspector
from benchmark.results.export import trec

RUN = "q Q0 a 1 2 theirs\nq Q0 b 2 1 theirs\n"
HEADER = "# ir_metadata.start\n# tag: theirs\n# actor:\n#   team: them\n#   since: 2024-01-01\n"


def written(path: Path, text: str) -> Path:
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["run.trec", "run.trec.gz"])
def test_a_header_is_read_as_texts_and_the_run_below_it(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name, f"{HEADER}# ir_metadata.end\n{RUN}")
    assert read_header(path) == {"tag": "theirs", "actor": {"team": "them", "since": "2024-01-01"}}
    assert read_run(path).documents == {"q": ["a", "b"]}


def test_a_run_without_a_header_has_none(tmp_path: Path) -> None:
    assert read_header(written(tmp_path / "run.trec", f"# a remark\n{RUN}")) is None


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (HEADER, "does not end"),
        (HEADER + "# more: 1\n" * MOST_LINES + "# ir_metadata.end\n", "does not end"),
        ("# ir_metadata.start\n# a: [\n# ir_metadata.end\n", "is not YAML"),
        ("# ir_metadata.start\n# - a\n# ir_metadata.end\n", "is not a mapping"),
        ("# ir_metadata.start\n# a: &x [1]\n# b: [*x, *x]\n# ir_metadata.end\n", "has aliases"),
        ("# ir_metadata.start\n# a: !!python/object:os.system {}\n# ir_metadata.end\n", None),
    ],
)
def test_a_header_that_is_none_is_one_line(tmp_path: Path, header: str, said: str | None) -> None:
    path = written(tmp_path / "run.trec", header + RUN)
    if said is None:
        assert read_header(path) == {"a": {}}  # a mapping as text; nothing is called
        return
    with pytest.raises(InputError, match=said):
        read_header(path)


def test_what_is_exported_says_what_the_manifest_tells(
    inspector: Inspector, tmp_path: Path
) -> None:
    import yaml

    paths = trec(inspector.results, inspector.data, inspector.split, tmp_path)
    (first, *_) = [path for path in paths if path.suffix == ".yaml"]
    found = yaml.safe_load(first.read_text(encoding="utf-8"))
    made = inspector.results[0].manifest
    assert found["tag"] == inspector.results[0].name
    assert found["platform"]["hardware"]["cpu"]["model"] == made["machine"]["processor"]
    assert found["data"]["test collection"]["fingerprint"] == inspector.data.fingerprint
    assert yaml.safe_load(render(found)) == found
