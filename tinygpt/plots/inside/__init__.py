"""Figures of the page /inside: what heads do, what is guessed block by block, one position on its way."""
