"""Page: how a model learns, lesson 7."""

from tinygpt.ui.lesson import close_lesson, open_lesson
from tinygpt.ui.lessons.bigram.text import chosen_text
from tinygpt.ui.lessons.learning import chain, fading, moving, table

story = open_lesson("learning")
text = chosen_text()
table.one_guess(text)
table.a_whole_batch(text)
chain.links_of_the_chain(text)
chain.a_promise(text)
moving.too_far(text)
moving.one_number(text)
fading.a_sure_softmax()
fading.many_blocks(text)
close_lesson(story)
