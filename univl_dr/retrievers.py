"""The rows of the paper that are trained as it says."""
