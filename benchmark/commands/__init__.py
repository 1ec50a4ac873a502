"""The commands: one module for each, named after it. Heavy imports are inside the functions."""
