"""The scenes of the lessons: a folder a lesson, a function a scene. Each is a fragment and redraws alone."""
