"""Page: the slips of the study notebooks, beside the lessons."""

from tinygpt.ui.lesson import close_lesson, open_lesson
from tinygpt.ui.lessons.slips import averages, axis, data, scores

story = open_lesson("slips")
data.print_the_type()
data.crash_that_hides()
averages.almost_equal()
axis.down_the_columns()
scores.dice_go_wrong()
scores.which_root()
close_lesson(story)
