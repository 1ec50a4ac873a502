"""The machine: Java, the model hub, and what is missing."""
