"""The availability of published weights: on this machine, or on the Hugging Face hub."""

from __future__ import annotations

import os
import re
import socket
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from benchmark.errors import InputError, UnavailableError

PATIENCE = 3.0
"""Seconds to wait for the hub."""

COMMIT = re.compile("[0-9a-f]{40}")
NAME = re.compile(r"(\b[\w.-]+\b/)?\b[\w.-]+\b", re.ASCII)
"""What a model on the hub may be called."""

CONFIGURATIONS = ("config.json", "modules.json", "open_clip_config.json")
"""A model on the hub has at least one of these files."""

ALLOWED = "BENCHMARK_ALLOW_REMOTE_CODE"
"""Environment variable: "1" if the user allows models to run their own code. The command line sets
it, so that its worker processes have it, too."""


def remote_code_is_allowed() -> bool:
    """Whether the user allows models to run Python code from their authors."""
    return os.environ.get(ALLOWED) == "1"


WHERE_TO_DOWNLOAD = "where the Hugging Face hub can be reached, and set HF_HOME to that cache"
"""What a message says after the command that downloads weights."""


class MissingWeights(str):
    """The reason that weights are not on this machine, while the hub may have them.

    command: what downloads them. The text names it, and says where it can run.
    """

    __slots__ = ("command",)

    command: str

    def __new__(cls, name: str, revision: str | None = None) -> MissingWeights:
        """The reason for the weights called ``name`` in a revision of the hub."""
        command = f"hf download {name}{f' --revision {revision}' if revision else ''}"
        reason = super().__new__(
            cls, f"needs the weights '{name}': run `{command}` {WHERE_TO_DOWNLOAD}"
        )
        reason.command = command
        return reason


_silent: list[str] = []
"""Not empty once the hub did not answer: this process does not wait for it again."""


@cache
def lacks_weights(name: str, file: str | None = None, revision: str | None = None) -> str | None:
    """Why the weights called ``name`` are not available, and how to get them; None if they are.

    name: on the hub, or a folder. file: the file to look for in the cache; by default the model's
    configuration. revision: a commit, branch or tag of the hub.
    """
    if Path(name).is_dir() or snapshot(name, revision, (file,) if file else CONFIGURATIONS):
        return None
    if not NAME.fullmatch(name):
        return _no_folder(name)
    if _silent or not _is_reachable():
        return _unheard(name, revision)
    from huggingface_hub import HfApi
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        if HfApi().model_info(name, revision=revision, timeout=PATIENCE).gated:
            HfApi().auth_check(name)
    except HFValidationError:
        return _no_folder(name)
    except GatedRepoError:
        return (
            f"needs the weights '{name}', which are gated: accept their terms on the model's page "
            "on the hub, then log in with `hf auth login`"
        )
    except RepositoryNotFoundError:
        return f"needs the weights '{name}', which the hub does not have: check the name"
    except RevisionNotFoundError:
        return f"needs revision '{revision}' of '{name}', which the hub does not have: check it"
    except Exception:  # which one depends on what stands between here and the hub
        return _unheard(name, revision)
    return None


def _no_folder(name: str) -> str:
    return f"needs the folder '{name}', which does not exist: check the path"


def _unheard(name: str, revision: str | None) -> MissingWeights:
    """What is said of weights that the hub couldn't be asked for; it is asked no more."""
    _silent.append(name)
    return MissingWeights(name, revision)


def _is_reachable() -> bool:
    """Whether the hub's host takes connections; a proxy's host is left to the hub's client.

    Without a network this is known before that client is imported, which takes longer.
    """
    from huggingface_hub import constants

    if any(name.lower().endswith("_proxy") for name in os.environ):
        return True
    address = urlsplit(constants.ENDPOINT)
    port = address.port or {"http": 80}.get(address.scheme, 443)
    try:
        socket.create_connection((address.hostname or "", port), PATIENCE).close()
    except OSError:
        return False
    return True


def snapshot(
    name: str, revision: str | None = None, files: tuple[str, ...] = CONFIGURATIONS
) -> Path | None:
    """The folder of a revision of a model in the hub's cache; None if it is not there.

    files: the folder must contain one of these.
    """
    from huggingface_hub import constants

    if not (Path(constants.HF_HUB_CACHE) / f"models--{name.replace('/', '--')}").is_dir():
        return None
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        cached = (try_to_load_from_cache(name, file, revision=revision) for file in files)
        # The file may be in a subfolder.
        return next(
            (
                Path(path).parents[file.count("/")]
                for file, path in zip(files, cached, strict=True)
                if isinstance(path, str)
            ),
            None,
        )
    except HFValidationError:
        return None


@cache
def commit_of(name: str, revision: str | None = None) -> str:
    """The commit of ``revision`` (a branch, a tag, or a commit; None for main).

    The cache comes first, so that a result does not change with the hub. Raises UnavailableError
    if neither the cache nor the hub has the revision.
    """
    if revision and COMMIT.fullmatch(revision):
        return revision
    if cached := snapshot(name, revision):
        return cached.name
    if reason := lacks_weights(name, None, revision):
        raise UnavailableError(reason)
    from huggingface_hub import HfApi

    sha = HfApi().model_info(name, revision=revision, timeout=PATIENCE).sha
    if sha is None:
        raise InputError(f"the hub has no commit of '{name}'", mend="give a commit as revision")
    return str(sha)
