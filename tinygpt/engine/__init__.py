"""Behind the scheduler: what lets many runs share few workers, and outlive both them and the server."""
