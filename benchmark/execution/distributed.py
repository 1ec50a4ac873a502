"""The processes that ``torchrun`` started, and how they build artefacts together.

All processes run the same command. Rank 0 decides what is missing and writes the finished
artefacts. Chunks and trainings that can be divided are computed by all ranks; otherwise the other
ranks wait. If one rank ends, by an error or a signal, all ranks end with a message. Without
``torchrun`` there is one rank, and ``torch.distributed`` is not used.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

from benchmark.artefacts.chunks import Chunked, Shard, make_chunks
from benchmark.artefacts.identity import Artefact, name_of
from benchmark.artefacts.store import Store
from benchmark.errors import UnavailableError
from benchmark.progress import log

if TYPE_CHECKING:
    from torch import Tensor

T = TypeVar("T")

PATIENCE = timedelta(days=7)
"""How long a rank waits for another one that is working. A rank that has ended is noticed at once,
since its connections close."""


@dataclass(frozen=True)
class Ranks:
    """This process, with its ``number``, among ``count`` processes."""

    number: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether this is rank 0, which decides and writes."""
        return self.number == 0

    @property
    def shard(self) -> Shard:
        """This rank's share of an artefact that is made in chunks."""
        return Shard(self.number, self.count)

    def share(self, count: int) -> range:
        """This rank's share of ``count`` items, as one contiguous range."""
        return range(count * self.number // self.count, count * (self.number + 1) // self.count)

    def agree(self, decide: Callable[[], T]) -> T:
        """The value of ``decide`` on rank 0, for all ranks; the others do not call it."""
        if self.count == 1:
            return decide()
        import torch.distributed as dist

        decided: list[Any] = [decide() if self.first else None]
        with _connected():
            dist.broadcast_object_list(decided, src=0)
        agreed: T = decided[0]
        return agreed

    def sum(self, tensor: Tensor) -> None:
        """Add up ``tensor`` over the ranks, in place, with equal bits on all ranks."""
        if self.count > 1:
            import torch.distributed as dist

            with _connected():
                dist.all_reduce(tensor)

    def wait(self, reason: str = "") -> None:
        """Wait until all ranks are here; ranks that wait log ``reason``, what they wait for."""
        if self.count > 1:
            import torch

            if reason and not self.first:
                log.info(f"rank {self.number}: waiting for {reason}")
            self.sum(torch.zeros(1))


ALONE = Ranks()


@runtime_checkable
class Joint(Protocol):
    """An artefact that all ranks can build together."""

    def is_joint(self) -> bool:
        """Whether this artefact can be built so."""

    def follow(self, store: Store) -> None:
        """Take part in the build of rank 0, which alone writes files."""


_joint: tuple[Artefact, Ranks] | None = None


def ranks_of(artefact: Artefact) -> Ranks:
    """The ranks that are building ``artefact`` together."""
    return _joint[1] if _joint is not None and _joint[0] is artefact else ALONE


def build(artefact: Artefact, store: Store, ranks: Ranks) -> None:
    """Build ``artefact`` if it is missing; its dependencies must exist."""
    global _joint
    kind = name_of(type(artefact))
    if ranks.agree(lambda: store.has(artefact)):
        return
    if isinstance(artefact, Chunked):
        make_chunks(artefact, store, ranks.shard)
        ranks.wait(f"the chunks of {kind} from the other ranks")
    if isinstance(artefact, Joint) and artefact.is_joint():
        _joint = (artefact, ranks)
        try:
            store.path(artefact) if ranks.first else artefact.follow(store)
        finally:
            _joint = None
    elif ranks.first:
        store.path(artefact)
    ranks.wait(f"rank 0, which builds {kind}")


def world() -> int:
    """The number of processes that torchrun started."""
    return int(os.environ.get("WORLD_SIZE", "1"))


@contextmanager
def joined() -> Iterator[Ranks]:
    """The ranks of this run. Raises UnavailableError, on each rank, if another one ends."""
    if (count := world()) == 1:
        yield ALONE
        return
    import torch
    import torch.distributed as dist

    def ended(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise _lost()

    # torchrun sends this signal to the others when one has ended.
    signal.signal(signal.SIGTERM, ended)
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    try:
        with _connected():
            dist.init_process_group(backend, timeout=PATIENCE)
    except ValueError as error:
        raise UnavailableError(
            f"the ranks cannot connect ({error}): start them with torchrun, or unset WORLD_SIZE"
        ) from None
    yield Ranks(dist.get_rank(), count)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    dist.destroy_process_group()


@contextmanager
def _connected() -> Iterator[None]:
    """Replace the errors of a broken connection by one line: another rank has ended."""
    try:
        yield
    except RuntimeError as error:
        raise _lost() from error


def _lost() -> UnavailableError:
    return UnavailableError(
        "another rank has ended, and this one ends with it; the reason is in its own error or in "
        "torchrun's report, and the same command continues from what is done"
    )
