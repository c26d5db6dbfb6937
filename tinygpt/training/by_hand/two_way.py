"""What a model is made of, for the way there and back: parts, one behind the other.

Forward, a part hands on what comes out of it, and keeps what its way back will need. Backward, it turns the gradient of
what came out into the gradient of what went in, and writes those of its own numbers where the optimizer reads them.
That is the chain rule: a part need not know what stands behind it.

Shapes in this file:
    N   tokens of a batch, one after another, time outermost (T * B)      C   channels
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, cast

from torch import Tensor

from tinygpt.randomness import Dropout


class TwoWay(Protocol):
    """A part there and back. It is a value: two passes share nothing but its weights and where its gradients go."""

    def forward(self, x: Tensor) -> tuple[Tensor, Any]:
        """What comes out, and what `backward` needs."""

    def backward(self, d_out: Tensor, kept: Any) -> Tensor:
        """From the gradient of what came out to that of what went in. It may be changed only where the docstring says
        so: a residual needs it twice."""


def there(parts: Sequence[TwoWay], x: Tensor) -> tuple[Tensor, list[Any]]:
    """Through all parts, and what each of them keeps."""
    kept = []
    for part in parts:
        x, needed = part.forward(x)
        kept.append(needed)
    return x, kept


def back(parts: Sequence[TwoWay], d_out: Tensor, kept: list[Any]) -> Tensor:
    """Through all parts from the last to the first; `kept` is used up, so what is behind us takes no memory."""
    for part in reversed(parts):
        d_out = part.backward(d_out, kept.pop())
    return d_out


def learned(parameter: Tensor) -> tuple[Tensor, Tensor]:
    """The numbers of a parameter, and where its gradient goes: two of its shape."""
    return parameter.detach(), cast(Tensor, parameter.grad)


class Residual(NamedTuple):
    """out = x + f(x), where f is what these parts do one after another."""

    parts: Sequence[TwoWay]

    def forward(self, x: Tensor) -> tuple[Tensor, list[Any]]:
        """The parts add to the stream that runs past them: (N, C) -> (N, C)."""
        change, kept = there(self.parts, x)
        return x + change, kept

    def backward(self, d_out: Tensor, kept: list[Any]) -> Tensor:
        """A sum hands its gradient to both: (N, C) -> (N, C). So it reaches the first block however deep the model."""
        return back(self.parts, d_out, kept).add_(d_out)


class Dropped(NamedTuple):
    """Dropout: a share of all numbers is 0, drawn as tinygpt.randomness.Dropout does, the rest is larger for it."""

    dropout: Dropout
    T: int  # tokens in a sequence

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """out = x * kept, where each number of `kept` is 0 or 1 / (1 - p): (N, C) -> (N, C)."""
        N, C = x.shape
        drawn = self.dropout.draw(x.new_empty(N // self.T, self.T, C))
        kept = drawn.transpose(0, 1).reshape(N, C)  # it is drawn as the model stands, sequence by sequence
        return x * kept, kept

    def backward(self, d_out: Tensor, kept: Tensor) -> Tensor:
        """What was lost hears nothing, the rest as much more as it said: (N, C) -> (N, C)."""
        return d_out * kept
