"""Downloads WebQA's test collection from the Hugging Face hub: MTEB's copies of M-BEIR's variant.

Interrupted downloads continue (``huggingface_hub`` keeps partial files). The free disk space is
checked before, and sizes and hashes are compared with the hub's afterwards. Files that were copied
by hand are accepted if they are of the same revision.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from benchmark.errors import InputError, UnavailableError
from benchmark.io.files import replacing, sha256, write_text
from benchmark.io.jsonl import read_json
from benchmark.progress import Progress, log

if TYPE_CHECKING:
    from huggingface_hub.hf_api import DatasetInfo

SPARE = 1_000_000_000
"""The number of bytes to leave free on the disk."""

RECORD = "fetched.json"
"""The file that records the revision and the hash of each file."""

NETWORK = {"huggingface_hub", "httpx", "httpx2", "httpcore", "requests", "urllib3", "aiohttp"}
"""Modules whose errors come from the network or the hub."""

IMAGES = "image"
"""The column that ``--text-only`` leaves out."""


@dataclass(frozen=True)
class Hosted:
    """A data set on the hub at a fixed revision."""

    name: str
    revision: str

    @property
    def folder(self) -> str:
        return self.name.partition("/")[2]


WEBQA = (
    Hosted("mteb/mbeir_webqa_task1", "17d2f7d42f1b3ef9293fb545b9039fcec1deab91"),
    Hosted("mteb/mbeir_webqa_task2", "8a9243d504a2039b3467abdef2208a127a5c0737"),
)


def fetch(target: Path, hosted: Sequence[Hosted] = WEBQA, *, text_only: bool = False) -> None:
    """Download the repositories into folders of ``target``, and check them.

    text_only: without the images' bytes; only the other columns are read over the network. Raises
    UnavailableError if the hub cannot be reached, and InputError if existing files are of another
    revision or damaged.
    """
    for repository in hosted:
        folder = target / repository.folder
        if _is_fetched(folder, repository):
            log.info(f"{repository.name}: already in {folder}")
            continue
        with _reaching(repository, folder):
            info = _info(repository)
            sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
            _check_disk(target, repository, sum(sizes.values()), text_only)
            if text_only:
                _columns(repository, sizes, folder)
            else:
                _download(repository, folder)
        _record(repository, folder, {} if text_only else _hashes(info))


def _is_fetched(folder: Path, hosted: Hosted) -> bool:
    """Whether the repository is complete here. Raises InputError for another revision."""
    if not (folder / RECORD).is_file():
        return False
    record = read_json(folder / RECORD)
    if record.get("revision") != hosted.revision:
        raise InputError(
            f"has revision {record.get('revision')}, not {hosted.revision}",
            mend=f"remove the folder, and download {hosted.name} again",
            path=folder,
        )
    files: Mapping[str, Any] = record.get("files", {})
    return all(
        (folder / name).is_file() and (folder / name).stat().st_size == size
        for name, size in files.items()
    )


@contextmanager
def _reaching(hosted: Hosted, folder: Path) -> Iterator[None]:
    """Raise errors of the network as one line."""
    try:
        yield
    except Exception as error:
        if not _is_of_the_network(error):
            raise
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UnavailableError(
            f"cannot download {hosted.name} ({reason}); run the command again to continue, or copy "
            f"it by hand: `hf download {hosted.name} --repo-type dataset --revision "
            f"{hosted.revision} --local-dir {hosted.folder}` on a machine with a network, copy "
            f"that folder to {folder}, then run `data prepare webqa-mbeir --source {folder.parent}`"
        ) from None


def _is_of_the_network(error: Exception) -> bool:
    """Whether the error comes from the hub's client or from its HTTP library."""
    sources = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
    return isinstance(error, (ConnectionError, TimeoutError)) or bool(sources & NETWORK)


def _info(hosted: Hosted) -> DatasetInfo:
    from huggingface_hub import HfApi

    return HfApi().dataset_info(hosted.name, revision=hosted.revision, files_metadata=True)


def _check_disk(target: Path, hosted: Hosted, size: int, text_only: bool) -> None:
    """Raise UnavailableError if the disk is too small, also for the prepared copy."""
    existing = next(path for path in (target, *target.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    # Preparing the data set copies the images once more.
    needed = SPARE + (0 if text_only else 2 * size)
    if free < needed:
        raise UnavailableError(
            f"{hosted.name} needs {needed / 1e9:.1f} GB on the disk of {existing}, which has "
            f"{free / 1e9:.1f} GB free; free some space, or give --store DIR on another disk"
        )


def _download(hosted: Hosted, folder: Path) -> None:
    from huggingface_hub import snapshot_download

    snapshot_download(
        hosted.name, repo_type="dataset", revision=hosted.revision, local_dir=folder, max_workers=4
    )


def _columns(hosted: Hosted, sizes: Mapping[str, int], folder: Path) -> None:
    """Read all columns except images, file by file; existing files are kept."""
    from huggingface_hub import HfFileSystem

    remote = HfFileSystem()
    root = f"datasets/{hosted.name}@{hosted.revision}"
    names = [name for name in sizes if name.endswith(".parquet") or name == "README.md"]
    with Progress(f"fetch {hosted.name}", len(names), "files") as progress:
        for name in names:
            if not (folder / name).is_file():
                # A cache would read ahead over the images.
                with (
                    remote.open(f"{root}/{name}", "rb", cache_type="none") as file,
                    replacing(folder / name) as path,
                ):
                    if name.endswith(".parquet"):
                        _without_images(file, path)
                    else:
                        path.write_bytes(file.read())
            progress.advance(1)


def _without_images(file: IO[bytes], path: Path) -> None:
    """Write the other columns of a Parquet file."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(file, pre_buffer=True) as source:
        schema = source.schema_arrow.remove_metadata()
        if IMAGES in schema.names:
            schema = schema.remove(schema.get_field_index(IMAGES))
        with pq.ParquetWriter(path, schema) as writer:
            for batch in source.iter_batches(columns=schema.names):
                writer.write_batch(batch.replace_schema_metadata(None))


def _hashes(info: DatasetInfo) -> dict[str, str]:
    """The SHA-256 of each file for which the hub has one."""
    return {file.rfilename: file.lfs.sha256 for file in info.siblings or [] if file.lfs}


def _record(hosted: Hosted, folder: Path, hashes: Mapping[str, str]) -> None:
    """Compare the files with the hub's hashes, and record them."""
    total = sum((folder / name).stat().st_size for name in hashes)
    with Progress(f"check {hosted.name}", total, "B") as progress:
        for name, expected in hashes.items():
            if sha256(folder / name, progress.advance) != expected:
                (folder / name).unlink()
                raise InputError(
                    "differs from the hub's file, and was removed",
                    mend="run the command again",
                    path=folder / name,
                )
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    files = {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in paths
        if ".cache" not in path.relative_to(folder).parts and path.name != RECORD
    }
    record = {"name": hosted.name, "revision": hosted.revision, "files": files}
    write_text(folder / RECORD, json.dumps(record, indent=1) + "\n")
