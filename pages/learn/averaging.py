"""Page: the mathematical trick, lesson 3."""

from tinygpt.ui.lesson import close_lesson, open_lesson
from tinygpt.ui.lessons.averaging import future, loop, measured, scores, softmax

story = open_lesson("averaging")
future.look_right()
x = loop.notebook_x()
loop.mean_so_far(x)
loop.matrix_that_adds()
loop.one_product(x)
softmax.out_of_softmax(x)
scores.chosen_scores(x)
softmax.softmax_again()
measured.forgets(x)
measured.better_than_nothing()
close_lesson(story, softmax.check_facts())
