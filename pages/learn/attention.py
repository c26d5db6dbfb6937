"""Page: self-attention, lesson 4."""

from tinygpt.ui.lessons.attention import digits as attention_digits
from tinygpt.ui.lessons.attention import mask as attention_more
from tinygpt.ui.lessons.attention import order as attention_other
from tinygpt.ui.lessons.attention import reader as attention_reader
from tinygpt.ui.lessons.attention import row as attention
from tinygpt.ui.scene import check, lesson_title, page_turn
from tinygpt.words.storyboard import lesson

story = lesson("attention")
lesson_title(story)
reader = attention_reader.choose_reader()
attention.one_row(reader)
attention.three_vectors(reader)
attention_digits.four_pictures(story["att-3"], reader)
attention_more.arrows(reader)
attention_more.without_mask(reader)
attention_more.wrong_axis(reader)
attention_other.no_space(reader)
attention_other.another_text(reader)
check(story)
page_turn(story)
