"""tinygpt: a classroom laboratory for attention. Each module is imported by its own name."""
