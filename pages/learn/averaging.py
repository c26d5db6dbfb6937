"""Page: the mathematical trick, lesson 3."""

from tinygpt.ui.lessons.averaging import loop as averaging
from tinygpt.ui.lessons.averaging import measured as averaging_measured
from tinygpt.ui.lessons.averaging import softmax as averaging_softmax
from tinygpt.ui.scene import check, page_turn, title
from tinygpt.words.storyboard import lesson

story = lesson("averaging")
title(story)
x = averaging.notebook_x()
averaging.mean_so_far(story["avg-1"], x)
averaging.products(story["avg-2"])
averaging.one_product(story["avg-3"])
averaging_softmax.out_of_softmax(story["avg-4"])
averaging_softmax.softmax_again(story["avg-5"])
averaging_measured.speeds(story["avg-6"])
averaging_measured.almost_equal(story["avg-7"], x)
averaging_measured.forgets(story["avg-8"], x)
averaging_measured.better_than_nothing(story["avg-9"])
check(story, averaging_softmax.check_facts())
page_turn(story)
