"""Page: the mathematical trick, lesson 3."""

from tinygpt.ui.lessons.averaging import loop, measured, softmax
from tinygpt.ui.scene import check, lesson_title, page_turn
from tinygpt.words.storyboard import lesson

story = lesson("averaging")
lesson_title(story)
x = loop.notebook_x()
loop.mean_so_far(x)
loop.matrix_that_adds()
loop.one_product()
softmax.out_of_softmax()
softmax.softmax_again()
measured.speeds()
measured.almost_equal(x)
measured.forgets(x)
measured.better_than_nothing()
check(story, softmax.check_facts())
page_turn(story)
