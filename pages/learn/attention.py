"""Page: self-attention, lesson 4."""

from tinygpt.ui.lesson import close_lesson, open_lesson
from tinygpt.ui.lessons.attention import digits, mask, order, row
from tinygpt.ui.lessons.attention.reader import choose_reader

story = open_lesson("attention")
reader = choose_reader()
row.one_row(reader)
row.three_vectors(reader)
digits.digit_by_digit(reader)
mask.arrows(reader)
mask.without_mask(reader)
mask.wrong_axis(reader)
order.no_space(reader)
order.another_text(reader)
close_lesson(story)
