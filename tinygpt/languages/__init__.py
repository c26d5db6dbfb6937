"""Made-up languages whose best possible loss is known."""
