"""For every test: runs go to a folder of their own, and a slow machine is no failure."""

import os
import tempfile

from hypothesis import settings

# Set before anything of tinygpt is imported: no test may write beside the runs of the person who starts it.
os.environ["TINYGPT_RUNS"] = tempfile.mkdtemp(prefix="tinygpt-runs-")

settings.register_profile("tinygpt", deadline=None)
settings.load_profile("tinygpt")
