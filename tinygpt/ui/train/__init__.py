"""The training page: from controls to a run, and the stage on which it trains."""
