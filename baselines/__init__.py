"""The baselines, one file a family; each module registers its retrievers when imported."""
