"""Lesson 3, averaging: a function a scene."""
