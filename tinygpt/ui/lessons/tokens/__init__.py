"""Lesson 1, tokens: a function a scene."""
