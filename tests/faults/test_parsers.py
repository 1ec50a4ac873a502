"""Each parser refuses damaged files by name, or reads them rightly, and never falls over or hangs.

FAULTS_CASES=10000 tries so many contents a parser, and then as many by atheris, where that is
installed; -s prints how many were tried and accepted.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutation import damaged
from parsers import PARSERS, Parser

USUAL = 100
CASES = int(os.environ.get("FAULTS_CASES", USUAL))


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_a_parser_refuses_or_reads_rightly(parser: Parser) -> None:
    assert all(parser.accepts(seed) for seed in parser.seeds)
    outcomes: list[bool] = []

    @settings(
        max_examples=CASES,
        deadline=None,
        database=None,
        derandomize=CASES == USUAL,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def attack(data: st.DataObject) -> None:
        outcomes.append(parser.accepts(data.draw(damaged(parser.seeds))))

    attack()
    print(f"{parser.name}: {len(outcomes)} tried, {sum(outcomes)} accepted")
    assert len(outcomes) >= CASES
    assert 0 < sum(outcomes) < len(outcomes)


@pytest.mark.skipif(CASES == USUAL, reason="FAULTS_CASES=10000 fuzzes too")
@pytest.mark.skipif(not importlib.util.find_spec("atheris"), reason="atheris isn't installed")
@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_a_fuzzer_guided_by_coverage_finds_nothing(parser: Parser, tmp_path: Path) -> None:
    words = [sys.executable, Path(__file__).with_name("fuzz.py"), parser.name, str(CASES)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"Done {CASES} runs" in done.stderr
    print(f"{parser.name}: {CASES} by the fuzzer")
