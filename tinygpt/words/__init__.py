"""Sentences of the pages that numbers decide, and the storyboard of the lessons."""
