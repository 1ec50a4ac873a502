"""Data sets: how each format is read, and how a data set is found."""

from benchmark.datasets.collection import Collection, Corpus
from benchmark.datasets.find import DEFAULT, find, formats, prepare

__all__ = ["DEFAULT", "Collection", "Corpus", "find", "formats", "prepare"]
