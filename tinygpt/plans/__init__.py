"""Makers of plans: each module has a `plan` that gives the runs of one kind of experiment, ready to begin."""
