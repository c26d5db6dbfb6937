"""Page: self-attention, lesson 4."""

from tinygpt.ui.lesson import close_lesson, open_lesson
from tinygpt.ui.lessons.attention import aligned, digits, mask, need, order, row, vectors
from tinygpt.ui.lessons.attention.reader import choose_reader

story = open_lesson("attention")
reader = choose_reader()
need.by_hand(reader)
row.one_row(reader)
vectors.three_vectors(reader)
aligned.turn_the_query(reader)
digits.digit_by_digit(reader)
mask.without_mask(reader)
mask.wrong_axis(reader)
order.no_space(reader)
order.another_text(reader)
close_lesson(story)
