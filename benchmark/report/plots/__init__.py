"""Charts in one style; each kind is a function in a file of its own."""
