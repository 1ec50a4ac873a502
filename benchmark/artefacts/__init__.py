"""Artefacts: whatever takes long is a value with a recipe, stored under the recipe's hash."""
