"""Page: a table that predicts, lesson 2."""

from tinygpt.ui.lesson import close_lesson, open_lesson
from tinygpt.ui.lessons.bigram import guessing, nearness, pairs, steps, training, writing
from tinygpt.ui.lessons.bigram.text import chosen_text

story = open_lesson("bigram")
text = chosen_text()
steps.count_a_line(text)
pairs.what_follows(text)
pairs.all_rows(text)
guessing.be_the_model(text)
steps.row_and_loss(text)
pairs.random_numbers(text)
steps.one_step_slowly(text)
training.becomes_the_counts(text)
nearness.is_it_there(text)
writing.same_dice(text)
writing.one_character(text)
writing.sharper_or_flatter(text)
close_lesson(story, writing.check_facts(text))
