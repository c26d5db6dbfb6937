"""Page: self-attention, lesson 4."""

from tinygpt.ui.lessons.attention import digits as attention_digits
from tinygpt.ui.lessons.attention import mask as attention_more
from tinygpt.ui.lessons.attention import order as attention_other
from tinygpt.ui.lessons.attention import reader as attention_reader
from tinygpt.ui.lessons.attention import row as attention
from tinygpt.ui.scene import check, page_turn, title
from tinygpt.words.storyboard import lesson

story = lesson("attention")
title(story)
reader = attention_reader.choose()
attention.one_row(story["att-1"], reader)
attention.three_vectors(story["att-2"], reader)
attention_digits.four_pictures(story["att-3"], story["att-4"], reader)
attention_more.arrows(story["att-5"], reader)
attention_more.without_mask(story["att-6"], reader)
attention_more.wrong_axis(story["att-7"], reader)
attention_other.no_space(story["att-8"], reader)
attention_other.another_text(story["att-9"], reader)
check(story)
page_turn(story)
