"""Data sets: how each format is read, and how a data set is found."""

from benchmark.datasets.collection import Collection, Corpus
from benchmark.datasets.find import DEFAULT, FORMATS, find, prepare

__all__ = ["DEFAULT", "FORMATS", "Collection", "Corpus", "find", "prepare"]
