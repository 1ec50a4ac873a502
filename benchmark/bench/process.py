"""A measurement in a process of its own, which prints what it measured as its last line of JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from benchmark.errors import BenchmarkError


def measured(
    module: str, *words: str, what: str, env: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What ``python -m module words`` measured. Raises BenchmarkError where ``what`` failed."""
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", env=env)  # noqa: S603
    if done.returncode:
        raise BenchmarkError(f"{what} failed; its error stands above")
    record: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return record
