"""A run to take along: script, notebook, plain PyTorch, its points. No word of a person becomes code."""
