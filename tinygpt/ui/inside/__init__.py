"""The page /inside: which model, which text, its moments, and the time machine that moves them together."""
