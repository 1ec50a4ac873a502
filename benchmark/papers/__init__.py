"""Papers: their tables, claims, ablations and published figures, a folder each."""
