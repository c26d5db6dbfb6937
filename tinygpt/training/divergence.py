"""When is a run beyond hope? Said in words, with the numbers that show it.

A loss that is no number at all is plain. A learning rate can also be so large that the loss stays finite and useless:
then it is either far above the loss of guessing, or it shot up once and never came back below it.
"""

import math
from dataclasses import dataclass

from tinygpt.spelling import spelled

FAR_ABOVE = 3.0  # times ln(vocab_size), the loss of guessing ...
FAR_STEPS = 50  # ... for this many steps on end
SHOT_UP = 2.0  # times the first loss, once; and then, smoothed over ...
SMOOTHING = 100  # ... about this many steps, ...
LOST_STEPS = 300  # ... for this many steps on end above guessing
ADVICE = "Try a learning rate of {}, or a tenth of yours if that is smaller."


@dataclass
class Watch:
    """What must be remembered of the losses so far (nats per character) to call a run diverged."""

    first: float = 0.0  # the loss of the first step
    peak: float = 0.0  # the largest so far
    smooth: float = 0.0  # a running mean: single batches are noisy
    far: int = 0  # steps on end far above guessing
    lost: int = 0  # steps on end with the mean above guessing, since the loss shot up

    def see(self, loss: float, vocab_size: int, usual_rate: float = 1e-3) -> str:
        """Take note of one more loss; a sentence if the run has diverged, else "". `usual_rate` is its way out."""
        guessing = math.log(vocab_size)
        self.first, self.peak = self.first or loss, max(self.peak, loss)
        self.smooth = self.smooth + (loss - self.smooth) / SMOOTHING if self.smooth else loss
        self.far = self.far + 1 if loss > FAR_ABOVE * guessing else 0
        self.lost = self.lost + 1 if self.peak > SHOT_UP * self.first and self.smooth > guessing else 0
        if self.far >= FAR_STEPS:
            return (
                f"For {FAR_STEPS} steps the loss was more than {FAR_ABOVE:g} times {guessing:.2f}, the loss of "
                f"guessing blindly. The model is kept as it is. {ADVICE.format(spelled(usual_rate))}"
            )
        if self.lost >= LOST_STEPS:
            return (
                f"The loss shot up to {self.peak:.1f} and then stayed above {guessing:.2f}, the loss of guessing "
                f"blindly, for {LOST_STEPS} steps. The model is kept as it is. {ADVICE.format(spelled(usual_rate))}"
            )
        return ""


def not_a_number(step: int, learning_rate: float, usual_rate: float = 1e-3) -> str:
    """The sentence for a loss that is infinite or not a number, when the weights of `step` are kept."""
    guilty = f"the learning rate {spelled(learning_rate)} is"
    if learning_rate <= usual_rate:
        guilty = f"the weight decay, a scale or the learning rate {spelled(learning_rate)} is"
    return (
        f"The loss stopped being a number after step {step}: {guilty} too high. "
        f"The model of step {step} is kept. {ADVICE.format(spelled(usual_rate))}"
    )
