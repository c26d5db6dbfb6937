"""Page: a table that predicts, lesson 2."""

from tinygpt.ui.lessons.bigram import pairs as bigram
from tinygpt.ui.lessons.bigram import training as bigram_training
from tinygpt.ui.lessons.bigram import writing as bigram_writing
from tinygpt.ui.lessons.bigram.text import chosen_text
from tinygpt.ui.scene import check, page_turn, title
from tinygpt.words.storyboard import lesson

story = lesson("bigram")
title(story)
text = chosen_text(story["big-1"])
bigram.what_follows(story["big-1"], text)
bigram.all_rows(story["big-2"], text)
bigram.random_numbers(story["big-3"], text)
bigram_training.becomes_the_counts(story["big-4"], text)
bigram_training.rare_rows(story["big-5"], text)
bigram_writing.same_dice(story["big-6"], text)
bigram_writing.one_character(story["big-7"], text)
bigram_writing.temperature(story["big-8"], text)
check(story, bigram_writing.check_facts(text))
page_turn(story)
