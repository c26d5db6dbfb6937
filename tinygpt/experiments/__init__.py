"""Several runs that belong together: plans of them, and what their results say."""
