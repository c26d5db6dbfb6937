"""Page: text becomes numbers, lesson 1."""

from tinygpt.ui.lessons.tokens import ids, windows
from tinygpt.ui.scene import check, page_turn, title
from tinygpt.words.storyboard import lesson

story = lesson("tokens")
title(story)
corpus = ids.chosen_corpus()
ids.every_character(corpus)
ids.vocabulary(corpus)
ids.hide_some(corpus)
windows.one_window(corpus)
windows.batch(corpus)
windows.crash_that_hides(corpus)
check(story, ids.check_facts())
page_turn(story)
