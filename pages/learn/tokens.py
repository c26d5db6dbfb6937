"""Page: text becomes numbers, lesson 1."""

from tinygpt.ui.lessons.tokens import ids, windows
from tinygpt.ui.scene import check, lesson_title, page_turn
from tinygpt.words.storyboard import lesson

story = lesson("tokens")
lesson_title(story)
corpus = ids.text_to_count()
ids.every_character(corpus)
ids.vocabulary(corpus)
ids.hide_some(corpus)
windows.one_window(corpus)
windows.batch(corpus)
windows.crash_that_hides(corpus)
check(story, ids.check_facts())
page_turn(story)
