"""Page: why divide by the root of head_size, lesson 5."""

from tinygpt.ui.lessons.scaling import mistakes as scaling_mistakes
from tinygpt.ui.lessons.scaling import softmax as scaling_softmax
from tinygpt.ui.lessons.scaling import trained as scaling_trained
from tinygpt.ui.lessons.scaling import width as scaling
from tinygpt.ui.scene import check, lesson_title, page_turn
from tinygpt.words.storyboard import lesson

story = lesson("scaling")
lesson_title(story)
scaling.a_sum()
scaling.every_size()
scaling_softmax.wide_scores()
scaling_softmax.no_argument()
scaling_softmax.many_rows()
scaling_mistakes.dice_go_wrong()
scaling_mistakes.which_root()
scaling_trained.trained_heads()
check(story)
page_turn(story)
