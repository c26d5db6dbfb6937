"""Page: from one head to a GPT, lesson 6."""

from tinygpt.ui.lessons.transformer import fair as transformer_measured
from tinygpt.ui.lessons.transformer import heads as transformer_heads
from tinygpt.ui.lessons.transformer import machine as transformer
from tinygpt.ui.lessons.transformer import trained as transformer_trained
from tinygpt.ui.scene import check, lesson_title, page_turn
from tinygpt.words.storyboard import lesson

story = lesson("transformer")
lesson_title(story)
config = transformer.machine(story["tra-1"])
transformer.who_owns_them()
transformer_heads.heads(story["tra-3"], story["tra-4"])
transformer_measured.one_fair_test()
transformer_measured.one_part_less()
transformer_measured.choosing()
transformer_measured.place_by_place()
transformer_trained.train_it(config)
check(story, transformer.check_facts())
page_turn(story)
