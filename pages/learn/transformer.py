"""Page: from one head to a GPT, lesson 6."""

from tinygpt.ui.lesson import close_lesson, open_lesson
from tinygpt.ui.lessons.transformer import fair, heads, machine, running, trained
from tinygpt.ui.lessons.transformer.parts import model_on_screen

story = open_lesson("transformer")
machine.machine()
running.the_machine_runs()
running.one_vector()
machine.who_owns_them()
heads.heads()
fair.one_fair_test()
fair.one_part_less()
fair.choosing()
fair.place_by_place()
trained.train_it(model_on_screen())
close_lesson(story, machine.check_facts())
