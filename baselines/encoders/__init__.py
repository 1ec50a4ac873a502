"""The networks of the baselines that are trained here; unlike the rows, they import torch."""
