"""Page: why divide by the root of head_size, lesson 5."""

from tinygpt.ui.lessons.scaling import mistakes as scaling_mistakes
from tinygpt.ui.lessons.scaling import softmax as scaling_softmax
from tinygpt.ui.lessons.scaling import trained as scaling_trained
from tinygpt.ui.lessons.scaling import width as scaling
from tinygpt.ui.scene import check, page_turn, title
from tinygpt.words.storyboard import lesson

story = lesson("scaling")
title(story)
scaling.a_sum(story["sca-1"])
scaling.every_size(story["sca-2"])
scaling_softmax.wide_scores(story["sca-3"])
scaling_softmax.no_argument(story["sca-4"])
scaling_softmax.many_rows(story["sca-5"])
scaling_mistakes.wrong_dice(story["sca-6"])
scaling_mistakes.which_root(story["sca-7"])
scaling_trained.trained_heads(story["sca-8"])
check(story)
page_turn(story)
