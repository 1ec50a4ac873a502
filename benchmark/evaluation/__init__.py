"""Evaluation: touches runs and judgments, never a model."""
