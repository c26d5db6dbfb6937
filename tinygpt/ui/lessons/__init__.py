"""The scenes of the six lessons: a module a lesson, a function a scene. Each is a fragment and redraws alone."""
