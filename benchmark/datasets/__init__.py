"""Data sets: how each format is read, and how a data set is found."""

from benchmark.datasets.collection import Collection, Corpus
from benchmark.datasets.find import FORMATS, find

__all__ = ["FORMATS", "Collection", "Corpus", "find"]
