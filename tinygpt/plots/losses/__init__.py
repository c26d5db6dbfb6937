"""The charts of runs and their losses."""
