"""Measured side by side: this project's work against the same work by installed peers."""
