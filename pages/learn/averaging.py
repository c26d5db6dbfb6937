"""Page: the mathematical trick, lesson 3."""

from tinygpt.ui.lesson import close_lesson, open_lesson
from tinygpt.ui.lessons.averaging import loop, measured, softmax

story = open_lesson("averaging")
x = loop.notebook_x()
loop.mean_so_far(x)
loop.matrix_that_adds()
loop.one_product()
softmax.out_of_softmax()
softmax.softmax_again()
measured.speeds()
measured.forgets(x)
measured.better_than_nothing()
close_lesson(story, softmax.check_facts())
