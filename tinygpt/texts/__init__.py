"""Where a text comes from: nine plays, the exact file, a student's own; decoded and cleaned."""
