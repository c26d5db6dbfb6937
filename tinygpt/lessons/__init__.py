"""The numbers that the lessons quote: tables, windows, scaling, measured runs, shipped models."""
