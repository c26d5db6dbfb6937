"""AdamW and plain SGD by torch's own kernels, in the form that `torch.optim.Optimizer` gives them.

    optimizer = AdamW([{"params": matrices, "weight_decay": 0.1}], lr=1e-3, betas=(0.9, 0.99))
    optimizer.zero_grad(); loss.backward(); optimizer.step()

The weights are equal to the bit to those of `torch.optim` with `fused=True`. What is left out is that class: when it is
made it imports the whole of torch's compiler, a second or two in every process that trains, and what it does around the
kernel makes each step of a small model longer. Exported runs use `torch.optim` itself.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim.adamw import adamw
from torch.optim.sgd import sgd

Group = dict[str, Any]  # "params", and the settings of their steps: "lr", "weight_decay" and what the optimizer adds
MEANS = ("exp_avg", "exp_avg_sq")  # what AdamW remembers, by torch's names: of the gradient, and of its square


class Optimizer:
    """Parameters in groups, each with its settings, and what is remembered of each parameter between two steps."""

    def __init__(self, groups: Sequence[Group], **usual: Any) -> None:
        self.param_groups: list[Group] = [usual | group for group in groups]
        self.memory: dict[Tensor, dict[str, Tensor]] = {}  # of the parameters that have had a gradient

    @property
    def parameters(self) -> list[Tensor]:
        """All of them, in the order of their groups: state_dict names each by its place here."""
        return [p for group in self.param_groups for p in group["params"]]

    def zero_grad(self) -> None:
        """Forget the gradients: the next backward pass makes new ones."""
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Move each parameter that has a gradient."""
        for group in self.param_groups:
            moved = [p for p in group["params"] if p.grad is not None]
            self.move(moved, [p.grad for p in moved], group)

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
        params = self.parameters
        for group, saved in zip(self.param_groups, state["param_groups"], strict=True):
            group |= saved | {"params": group["params"]}
        self.memory = {params[i]: values for i, values in state["state"].items()}


class AdamW(Optimizer):
    """The optimizer of the lecture; source: "Decoupled Weight Decay Regularization" (Loshchilov and Hutter, 2019)."""

    def __init__(self, groups: Sequence[Group], *, lr: float, betas: tuple[float, float]) -> None:
        super().__init__(groups, lr=lr, betas=betas, eps=1e-8)  # eps as in torch

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


class SGD(Optimizer):
    """The gradient times the learning rate, and nothing that is remembered."""

    def __init__(self, groups: Sequence[Group], *, lr: float) -> None:
        super().__init__(groups, lr=lr)

    def move(self, params: list[Tensor], grads: list[Tensor], group: Group) -> None:
        """Against the gradient."""
        sgd(
            params, grads, [None for _ in params], fused=True, lr=group["lr"], weight_decay=group["weight_decay"],
            momentum=0.0, dampening=0.0, nesterov=False, maximize=False,
        )  # fmt: skip
