"""Lesson 4, self-attention: a function a scene."""
