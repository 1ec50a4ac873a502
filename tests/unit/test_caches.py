"""The folders that ranx needs: the usual ones where they can be written, else the user's alone."""

import os
import stat
import tempfile
from pathlib import Path

import pytest

from benchmark.environment import caches
from benchmark.environment.caches import ensure_caches
from benchmark.errors import UnavailableError

VARIABLES = ("NUMBA_CACHE_DIR", "IR_DATASETS_HOME")


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Neither the packages nor the home can be written: a file stands where folders would be."""
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setattr(caches, "_usual", lambda: {key: [file / "folder"] for key in VARIABLES})
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for variable in VARIABLES:
        monkeypatch.setenv(variable, "")
    return file


def test_what_can_be_written_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    ensure_caches()
    assert not {*VARIABLES} & {*os.environ}


def test_without_a_home_a_folder_of_the_users_alone_is_made(nowhere: Path, tmp_path: Path) -> None:
    ensure_caches()
    folders = [Path(os.environ[variable]) for variable in VARIABLES]
    assert len(set(folders)) == 2
    for folder in folders:
        assert (folder.parent, stat.S_IMODE(folder.stat().st_mode)) == (tmp_path, 0o700)
    os.environ[VARIABLES[0]] = ""
    ensure_caches()
    assert Path(os.environ[VARIABLES[0]]) == folders[0]


def test_a_folder_that_others_can_write_is_not_used(nowhere: Path) -> None:
    """What lies in numba's cache is run."""
    ensure_caches()
    folder = Path(os.environ[VARIABLES[0]])
    folder.chmod(0o777)
    os.environ[VARIABLES[0]] = ""
    ensure_caches()
    assert Path(os.environ[VARIABLES[0]]) != folder


@pytest.mark.parametrize("variable", VARIABLES)
def test_the_variable_is_named_where_it_must_be_set(
    nowhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setattr(caches, "_usual", lambda: {variable: [nowhere / "folder"]})
    monkeypatch.setattr(tempfile, "tempdir", str(nowhere))
    with pytest.raises(UnavailableError, match=f"set {variable} to one that you own"):
        ensure_caches()
    monkeypatch.setenv(variable, str(nowhere))
    with pytest.raises(UnavailableError, match=f"{variable} is .*; set it to a folder"):
        ensure_caches()
