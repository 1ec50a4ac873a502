"""Tokenizers: CLIP's own byte pairs, or word pieces learnt from a data set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from benchmark.artefacts.identity import Artefact, recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from tokenizers.models import Model

FILE = "tokenizer.json"
UNKNOWN = "[UNK]"
KEPT = 1 << 14
"""The number of texts whose ids are cached, since training and evaluations read them repeatedly."""

SPECIAL = ("[PAD]", UNKNOWN, "[CLS]", "[SEP]", "[MASK]")


class Tokens(Protocol):
    """A tokenizer with the start and end tokens that CLIP's text tower expects."""

    start: int
    end: int
    size: int
    """The number of ids."""

    def ids(self, text: str) -> Sequence[int]:
        """The ids of a text of any length, without the start and end tokens."""

    def text(self, ids: Sequence[int]) -> str:
        """The text of some ids."""

    def save(self, folder: Path) -> None:
        """Write the files that ``load_tokens`` needs, if any."""


class BytePairs:
    """OpenAI CLIP's tokenizer."""

    def __init__(self) -> None:
        from open_clip import SimpleTokenizer

        self._tokenizer: Any = SimpleTokenizer()
        self.start: int = self._tokenizer.sot_token_id
        self.end: int = self._tokenizer.eot_token_id
        self.size: int = self._tokenizer.vocab_size
        self.ids = lru_cache(KEPT)(self._read)

    def text(self, ids: Sequence[int]) -> str:
        return str(self._tokenizer.decode(list(ids))).strip()

    def save(self, folder: Path) -> None:
        """Write nothing, because open_clip contains the vocabulary."""

    def _read(self, text: str) -> Sequence[int]:
        return tuple(self._tokenizer.encode(text))


class WordPieces:
    """Word pieces of a ``Vocabulary``; start and end are the last two ids, as in CLIP's own."""

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(path))
        pieces = self._tokenizer.get_vocab_size()
        self.start, self.end, self.size = pieces, pieces + 1, pieces + 2
        self.ids = lru_cache(KEPT)(self._read)

    def text(self, ids: Sequence[int]) -> str:
        return str(self._tokenizer.decode(list(ids)))

    def save(self, folder: Path) -> None:
        self._tokenizer.save(str(folder / FILE))

    def _read(self, text: str) -> Sequence[int]:
        return tuple(self._tokenizer.encode(text).ids)


def load_tokens(folder: Path) -> Tokens:
    """The tokenizer that was saved in ``folder``."""
    path = folder / FILE
    return WordPieces(path) if path.exists() else BytePairs()


@recipe_name("Vocabulary")
@dataclass(frozen=True, kw_only=True)
class Vocabulary(Artefact):
    """Word pieces learnt from the training questions and the documents judged for them.

    Texts are lower-cased and split as in BERT. The first ids are BERT's special tokens, so that a
    small BERT can use this vocabulary too.
    """

    data: Collection
    size: int = 1500

    def build(self, folder: Path, store: Store) -> None:  # noqa: ARG002
        from tokenizers import models, trainers

        texts = list(self._texts())
        learning = _bert(models.WordPiece(unk_token=UNKNOWN))
        normalizer = learning.normalizer
        characters = sorted({char for text in texts for char in normalizer.normalize_str(text)})
        trainer = trainers.WordPieceTrainer(
            vocab_size=self.size,
            # Characters within words would be numbered in the order of a hash table, which differs
            # each time, and ties are broken by these numbers. As special tokens they keep their
            # order.
            special_tokens=[*SPECIAL, *(f"##{char}" for char in characters)],
            show_progress=False,
        )
        learning.train_from_iterator(texts, trainer)
        learnt = _bert(models.WordPiece(learning.get_vocab(), unk_token=UNKNOWN))
        learnt.add_special_tokens(list(SPECIAL))
        learnt.save(str(folder / FILE))

    def tokens(self, store: Store) -> WordPieces:
        """The tokenizer; it is trained first if it is missing."""
        return WordPieces(store.path(self) / FILE)

    def _texts(self) -> Iterable[str]:
        for query in self.data.queries("train"):
            yield query.text
        judged = chain.from_iterable(self.data.qrels("train").values())
        yield from self.data.corpus.texts(sorted(self.data.corpus.find(judged).values()))


def _bert(model: Model) -> Tokenizer:
    """A tokenizer that lower-cases and splits as BERT's does."""
    from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers

    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer
