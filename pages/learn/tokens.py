"""Page: text becomes numbers, lesson 1."""

from tinygpt.ui.lesson import close_lesson, open_lesson
from tinygpt.ui.lessons.tokens import ids, windows

story = open_lesson("tokens")
corpus = ids.text_to_count()
ids.every_character(corpus)
ids.vocabulary(corpus)
ids.hide_some(corpus)
windows.one_window(corpus)
windows.batch(corpus)
close_lesson(story, ids.check_facts())
