"""Settings are checked against their declared types, from TOML and from code."""

import math
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import pytest

from benchmark.artefacts.identity import identity
from benchmark.errors import InputError
from benchmark.registry import current, retriever, retrievers
from benchmark.results.variants import Variant
from benchmark.retriever import Retriever
from benchmark.settings import Range, checked, settings

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Inner:
    size: int = 1


@dataclass(frozen=True, kw_only=True)
class Sample(Retriever):
    """A retriever with a setting of each kind."""

    view: Literal["both", "caption"] = "both"
    b: Annotated[float, Range(0, 1)] = 0.4
    rounds: Annotated[int, Range(1)] | None = 3
    layers: tuple[int, ...] = (1, 2)
    pair: tuple[float, str] = (0.5, "x")
    parts: tuple = ()  # type: ignore[type-arg]
    bf16: bool = False
    title: str | None = None
    inner: Inner = Inner()


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [
        ("view", "caption", "caption"),
        ("b", 1, 1.0),
        ("b", 0, 0.0),
        ("b", np.float32(0.5), 0.5),
        ("b", Fraction(1, 4), 0.25),
        ("rounds", None, None),
        ("rounds", np.int64(2), 2),
        ("layers", [3, 4], (3, 4)),
        ("layers", [], ()),
        ("pair", [1, "y"], (1.0, "y")),
        ("parts", ["a", [1, 2]], ("a", (1, 2))),
        ("bf16", True, True),
        ("title", "none of these", "none of these"),
    ],
)
def test_what_a_type_allows_is_kept_as_that_type(key: str, value: object, kept: object) -> None:
    made = Sample(**{key: value})  # type: ignore[arg-type]
    found = getattr(made, key)
    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("view", "captions", "'both' or 'caption'; did you mean 'caption'?"),
        ("view", 1, "'both' or 'caption'"),
        ("b", 1.5, "a finite number from 0 to 1"),
        ("b", -0.1, "a finite number from 0 to 1"),
        ("b", math.nan, "a finite number from 0 to 1"),
        ("b", math.inf, "a finite number"),
        ("b", 10**400, "a finite number"),
        ("b", True, "a finite number"),
        ("b", "0.4", "a finite number"),
        ("rounds", 0, "a whole number of at least 1 or 'none'"),
        ("rounds", 2.0, "a whole number"),
        ("rounds", True, "a whole number"),
        ("layers", [1, "2"], "a list, each of it a whole number"),
        ("layers", 3, "a list"),
        ("layers", "12", "a list"),
        ("pair", [1], "a list of a finite number, a text"),
        ("bf16", 1, "true or false"),
        ("bf16", "true", "true or false"),
        ("title", 3, "a text or 'none'"),
        ("inner", "x", "a Inner, given by code"),
    ],
)
def test_what_a_type_does_not_allow_is_refused(key: str, value: object, allowed: str) -> None:
    with pytest.raises(InputError) as error:
        Sample(**{key: value})  # type: ignore[arg-type]
    assert f"setting '{key}' of Sample is " in str(error.value)
    assert allowed in str(error.value)
    assert "\n" not in str(error.value)


def test_one_and_one_point_nought_are_the_same_setting() -> None:
    bm25 = retriever("bm25").kind
    assert identity(bm25(b=1)) == identity(bm25(b=1.0))  # type: ignore[call-arg]


def test_none_is_said_by_its_name_in_toml() -> None:
    path = Path("rows.toml")
    assert checked(Sample, {"rounds": "none"}, path=path) == {"rounds": None}
    with pytest.raises(
        InputError, match=r"rows\.toml: setting 'title' .* could be a text or no value"
    ):
        checked(Sample, {"title": "none"}, path=path)


def test_a_setting_without_value_or_default_is_named() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Needy(Retriever):
        size: int

    with pytest.raises(InputError, match="setting 'size' of 'needy' has no value"):
        checked(Needy, {}, name="needy")


def test_a_type_that_only_mypy_sees_is_named() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Hidden(Retriever):
        size: "Decimal | int" = 1

    with pytest.raises(InputError, match="the type of setting 'size' of Hidden cannot be read"):
        Hidden()


ROWS: Mapping[str, tuple[str, str]] = {
    'retriever = "clip-zero-shot"\nview = "captions"': ("view", "did you mean 'caption'?"),
    'retriever = "clip-dpr"\nselect = "acc"': ("select", "'accuracy' or 'mrr'"),
    'retriever = "univl-dr"\nnegatives = "balance"': ("negatives", "did you mean 'balanced'?"),
    'retriever = "univl-dr"\nverbalized = "qery"': ("verbalized", "did you mean 'query'?"),
    'retriever = "clip-dpr"\nmodality = "text "': ("modality", "did you mean 'text'?"),
    'retriever = "conse"\ntop = 0': ("top", "a whole number from 1 to 1000"),
    'retriever = "nq-ance"\nrounds = -1': ("rounds", "a whole number of at least 1"),
    'retriever = "bm25"\nb = nan': ("b", "a finite number from 0 to 1"),
    'retriever = "bm25"\nb = 75': ("b", "a finite number from 0 to 1"),
    'retriever = "bm25"\nk1 = inf': ("k1", "a finite number of at least 0"),
    'retriever = "bm25"\nk1 = -0.1': ("k1", "a finite number of at least 0"),
    'retriever = "bm25"\nk1 = true': ("k1", "a finite number"),
}


@pytest.mark.parametrize("text", ROWS)
def test_a_row_with_a_wrong_setting_is_refused_before_anything_runs(
    tmp_path: Path, text: str
) -> None:
    key, allowed = ROWS[text]
    path = tmp_path / "rows.toml"
    path.write_text(f"[x]\n{text}\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        current().copy().read_rows(path)
    assert str(error.value).startswith(f"{path}: setting '{key}' of 'x' is ")
    assert allowed in str(error.value)


def test_a_variant_with_a_wrong_setting_is_refused_before_anything_runs() -> None:
    variant = Variant(retriever="clip-dpr", settings={"view": "captions"})
    with pytest.raises(InputError, match=r"setting 'view' of 'clip-dpr.*did you mean 'caption'"):
        variant.entry().make()


def test_the_types_of_all_settings_can_be_read() -> None:
    for entry in retrievers().values():
        made = entry.make()
        assert checked(type(made), settings(made)) == settings(made)


def test_settings_are_checked_without_torch() -> None:
    script = (
        "import sys\nfrom benchmark.registry import retrievers\n"
        "[entry.make() for entry in retrievers().values()]\n"
        "sys.exit(', '.join({'torch', 'jnius', 'open_clip'} & set(sys.modules)) or None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
