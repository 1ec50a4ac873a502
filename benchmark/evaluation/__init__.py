"""Evaluation of runs by judgments: metrics and statistics. No module here uses a model."""
