"""Lesson 6, the transformer: a function a scene."""
