"""Data sets: their formats, how a data set is found, and its form on disk."""

from benchmark.datasets.collection import Collection, Corpus
from benchmark.datasets.find import DEFAULT, find, formats, prepare

__all__ = ["DEFAULT", "Collection", "Corpus", "find", "formats", "prepare"]
