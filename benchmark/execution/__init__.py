"""Running: experiments, the pool of processes, ranks of torchrun, and where results come from."""
