"""The slips of the study notebooks, beside the lessons: a function a scene."""
