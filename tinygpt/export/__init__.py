"""A run to take along: as a script, as a notebook, as its points. No word of a person becomes code."""
