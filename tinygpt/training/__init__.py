"""Training: the loop, what a run is, its state, how losses are estimated, what a run costs.

The names that notebooks and exported scripts import stand here; tinygpt itself imports each from its module.
"""

from tinygpt.training.evaluation import estimate_loss
from tinygpt.training.loop import advance, train
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import Point, TrainState, start

__all__ = ["Point", "RunSpec", "TrainConfig", "TrainState", "advance", "estimate_loss", "start", "train"]
