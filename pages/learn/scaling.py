"""Page: why divide by the root of head_size, lesson 5."""

from tinygpt.ui.lesson import close_lesson, open_lesson
from tinygpt.ui.lessons.scaling import softmax, trained, width

story = open_lesson("scaling")
width.a_sum()
width.every_size()
softmax.wide_scores()
softmax.many_rows()
trained.trained_heads()
close_lesson(story)
