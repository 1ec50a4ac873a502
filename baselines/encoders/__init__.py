"""The networks and encoders of the baselines, which may import torch; the rows do not."""
