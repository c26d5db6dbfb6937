"""Lesson 2, the bigram: a function a scene."""
