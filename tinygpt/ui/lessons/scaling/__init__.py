"""Lesson 5, scaling: a function a scene."""
