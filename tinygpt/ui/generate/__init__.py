"""The rooms of /generate: what is to be written and with which dice, the typewriter, and what is made of its text."""
