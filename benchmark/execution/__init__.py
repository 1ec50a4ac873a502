"""Running retrievers: experiments, the process pool, ranks of torchrun, provenance of results."""
