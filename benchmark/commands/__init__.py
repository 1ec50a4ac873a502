"""The commands, one module each, named after it. Each imports what it needs when it runs."""
