"""AdamW and plain SGD by torch's own kernels, in the form that `torch.optim.Optimizer` gives them.

    optimizer = AdamW([{"params": matrices, "weight_decay": 0.1}], lr=1e-3, betas=(0.9, 0.99))
    optimizer.zero_grad(); loss.backward(); optimizer.step()

The weights are equal to the bit to those of `torch.optim` with `fused=True`. What is left out is that class: when it is
made it imports the whole of torch's compiler, a second or two in every process that trains, and what it does around the
kernel makes each step of a small model longer. Where the parameters are pieces of one vector (tinygpt.training.flat),
they are moved all at once, with the same numbers up to the last digit. Exported runs use `torch.optim` itself.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.optim.adamw import adamw
from torch.optim.sgd import sgd

from tinygpt.training.flat import Stretch

Group = dict[str, Any]  # "params", and the settings of their steps: "lr", "weight_decay" and what the optimizer adds
MEANS = ("exp_avg", "exp_avg_sq")  # what AdamW remembers, by torch's names: of the gradient, and of its square


class Optimizer:
    """Parameters in groups, each with its settings, and what is remembered of each parameter between two steps."""

    REMEMBERS: frozenset[str] = frozenset()  # the names of that: all of it once a parameter has moved, before it none

    def __init__(self, groups: Sequence[Group], stretch: Stretch | None = None, **usual: Any) -> None:
        self.param_groups: list[Group] = [usual | group for group in groups]
        self.parameters = [p for group in groups for p in group["params"]]  # state_dict names each by its place here
        self.memory: dict[Tensor, dict[str, Tensor]] = {}  # of the parameters that have had a gradient
        self.stretch = stretch  # their numbers in one vector, where they lie so

    def zero_grad(self) -> None:
        """Forget the gradients: the next backward pass makes new ones."""
        for p in self.parameters:
            p.grad = None

    def step(self) -> None:
        """Move each parameter that has a gradient."""
        if self.stretch and all(p.grad is not None for p in self.parameters):
            self.move_all(self.stretch)
        else:
            self.part()
            self.move_each()

    @torch.no_grad()
    def move_each(self) -> None:
        """Move parameter by parameter."""
        for group in self.param_groups:
            moved = [p for p in group["params"] if p.grad is not None]
            self.move(moved, [p.grad for p in moved], group)

    def by_group(self, vector: Tensor) -> list[Tensor]:
        """The numbers of all parameters (S,), cut into those of each group."""
        return list(vector.split([sum(p.numel() for p in group["params"]) for group in self.param_groups]))

    def move_all(self, stretch: Stretch) -> None:
        """Move all parameters, whose numbers are these."""
        raise NotImplementedError

    def part(self) -> None:
        """From now on the parameters have not all made equally many steps."""

    def move(self, params: list[Tensor], grads: list[Tensor], group: Group) -> None:
        """Move `params` of one group by their `grads`, in place."""
        raise NotImplementedError

    def state_dict(self) -> dict[str, Any]:
        """All but the parameters, in the form of `torch.optim.Optimizer.state_dict`: parameters are numbers there."""
        place = {p: i for i, p in enumerate(self.parameters)}
        groups = [group | {"params": [place[p] for p in group["params"]]} for group in self.param_groups]
        return {"state": {i: self.memory[p] for p, i in place.items() if p in self.memory}, "param_groups": groups}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave, for parameters of the same shapes in the same groups."""
        for group, saved in zip(self.param_groups, state["param_groups"], strict=True):
            group |= saved | {"params": group["params"]}
        self.memory = {self.parameters[i]: values for i, values in state["state"].items()}


class AdamW(Optimizer):
    """The optimizer of the lecture; source: "Decoupled Weight Decay Regularization" (Loshchilov and Hutter, 2019)."""

    REMEMBERS = frozenset({"step", *MEANS})

    def __init__(
        self, groups: Sequence[Group], *, lr: float, betas: tuple[float, float], stretch: Stretch | None = None
    ) -> None:
        super().__init__(groups, stretch, lr=lr, betas=betas, eps=1e-8)  # eps as in torch
        self.together: Together | None = None  # while all parameters are moved at once

    def move(self, params: list[Tensor], grads: list[Tensor], group: Group) -> None:
        """Along the running mean of the gradient, divided by the root of the running mean of its square."""
        for p in params:
            if p not in self.memory:
                self.memory[p] = {"step": torch.tensor(0.0), **{name: torch.zeros_like(p) for name in MEANS}}
        steps, means, squares = ([self.memory[p][name] for p in params] for name in ("step", *MEANS))
        beta1, beta2 = group["betas"]
        adamw(
            params, grads, means, squares, [], steps, fused=True, amsgrad=False, maximize=False,
            beta1=beta1, beta2=beta2, lr=group["lr"], weight_decay=group["weight_decay"], eps=group["eps"],
        )  # fmt: skip

    def move_all(self, stretch: Stretch) -> None:
        """The same with one call for each group; parameter by parameter where they have not made equally many steps."""
        together = self.together or self._bring_together(stretch)
        if together is None:
            return self.move_each()
        together.steps.add_(1)
        for pieces, group in zip(together.groups, self.param_groups, strict=True):
            weights, gradients, means, squares = pieces
            torch._fused_adamw_(
                [weights], [gradients], [means], [squares], [], [together.steps[0]], amsgrad=False, maximize=False,
                lr=group["lr"], beta1=group["betas"][0], beta2=group["betas"][1], weight_decay=group["weight_decay"],
                eps=group["eps"],
            )  # fmt: skip

    def _bring_together(self, stretch: Stretch) -> "Together | None":
        """The memory of all parameters in vectors, of which the memory of each becomes a view."""
        params = self.parameters
        known = [self.memory[p] for p in params if p in self.memory]
        if known and (len(known) < len(params) or len({float(each["step"]) for each in known}) > 1):
            return None
        steps = torch.full((len(params),), float(known[0]["step"]) if known else 0.0)
        means, squares = (
            torch.cat([each[name].reshape(-1) for each in known]) if known else torch.zeros_like(stretch.weights)
            for name in MEANS
        )
        sizes = [p.numel() for p in params]
        for p, step, mean, square in zip(params, steps, means.split(sizes), squares.split(sizes), strict=True):
            self.memory[p] = dict(zip(("step", *MEANS), (step, mean.view(p.shape), square.view(p.shape)), strict=True))
        vectors = (stretch.weights, stretch.gradients, means, squares)
        self.together = Together(list(zip(*map(self.by_group, vectors), strict=True)), steps)
        return self.together

    def part(self) -> None:
        """Its bias correction hangs on the number of steps, so they cannot be moved with one call any more."""
        self.together = None

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave, for parameters of the same shapes in the same groups."""
        super().load_state_dict(state)
        self.together = None


class Together(NamedTuple):
    """Parameters that are moved at once."""

    groups: list[tuple[Tensor, ...]]  # of each group the weights, the gradients and both means, each a vector
    steps: Tensor  # of each parameter, all equal


class SGD(Optimizer):
    """The gradient times the learning rate, and nothing that is remembered."""

    def __init__(self, groups: Sequence[Group], *, lr: float, stretch: Stretch | None = None) -> None:
        super().__init__(groups, stretch, lr=lr)

    def move(self, params: list[Tensor], grads: list[Tensor], group: Group) -> None:
        """Against the gradient."""
        sgd(
            params, grads, [None for _ in params], fused=True, lr=group["lr"], weight_decay=group["weight_decay"],
            momentum=0.0, dampening=0.0, nesterov=False, maximize=False,
        )  # fmt: skip

    def move_all(self, stretch: Stretch) -> None:
        """The same with one call for each group."""
        pieces = zip(*map(self.by_group, stretch), self.param_groups, strict=True)
        for weights, gradients, group in pieces:
            self.move([weights], [gradients], group)
