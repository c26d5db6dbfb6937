"""Page: text becomes numbers, lesson 1."""

from tinygpt.ui.lessons.tokens import ids as tokens
from tinygpt.ui.lessons.tokens import windows as tokens_windows
from tinygpt.ui.scene import check, page_turn, title
from tinygpt.words.storyboard import lesson

story = lesson("tokens")
title(story)
corpus = tokens.corpus()
tokens.every_character(story["tok-1"], corpus)
tokens.vocabulary(story["tok-2"], corpus)
tokens.hide_some(corpus)
tokens_windows.one_window(story["tok-4"], corpus)
tokens_windows.batch(story["tok-5"], corpus)
tokens_windows.crash_that_hides(story["tok-6"], corpus)
check(story, tokens.check_facts())
page_turn(story)
