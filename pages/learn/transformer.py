"""Page: from one head to a GPT, lesson 6."""

from tinygpt.ui.lesson import close_lesson, open_lesson
from tinygpt.ui.lessons.transformer import fair, heads, machine, trained

story = open_lesson("transformer")
config = machine.machine()
machine.who_owns_them()
heads.heads()
fair.one_fair_test()
fair.one_part_less()
fair.choosing()
fair.place_by_place()
trained.train_it(config)
close_lesson(story, machine.check_facts())
