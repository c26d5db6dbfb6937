"""AdamW and plain SGD by torch's own kernels, in the form that `torch.optim.Optimizer` gives them.

    optimizer = AdamW([{"params": matrices, "weight_decay": 0.1}], lr=1e-3, betas=(0.9, 0.99))
    optimizer.zero_grad(); loss.backward(); optimizer.step()

The weights are equal to the bit to those of `torch.optim` with `fused=True`. What is left out is that class: when it is
made it imports the whole of torch's compiler, a second or two in every process that trains, and what it does around the
kernel makes each step of a small model longer. Where the parameters of a group are pieces of one vector
(tinygpt.training.flat), they are moved all at once, with the same numbers up to the last digit. Exported runs use
`torch.optim` itself.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.optim.adamw import adamw
from torch.optim.sgd import sgd

from tinygpt.training.flat import Flat

Group = dict[str, Any]  # "params", and the settings of their steps: "lr", "weight_decay" and what the optimizer adds
MEANS = ("exp_avg", "exp_avg_sq")  # what AdamW remembers, by torch's names: of the gradient, and of its square


class Optimizer:
    """Parameters in groups, each with its settings, and what is remembered of each parameter between two steps."""

    def __init__(self, groups: Sequence[Group], flat: Flat | None = None, **usual: Any) -> None:
        self.param_groups: list[Group] = [usual | group for group in groups]
        self.memory: dict[Tensor, dict[str, Tensor]] = {}  # of the parameters that have had a gradient
        self.flat = flat  # its groups are these groups

    @property
    def parameters(self) -> list[Tensor]:
        """All of them, in the order of their groups: state_dict names each by its place here."""
        return [p for group in self.param_groups for p in group["params"]]

    def zero_grad(self) -> None:
        """Forget the gradients: the next backward pass makes new ones."""
        for p in self.parameters:
            p.grad = None

    def step(self) -> None:
        """Move each parameter that has a gradient."""
        for n, group in enumerate(self.param_groups):
            moved = [p for p in group["params"] if p.grad is not None]
            if self.flat and len(moved) == len(group["params"]):
                self.move_all(n, group, self.flat)
            else:
                self.part(n)
                with torch.no_grad():
                    self.move(moved, [p.grad for p in moved], group)

    def move_all(self, n: int, group: Group, flat: Flat) -> None:
        """Move all of the n-th group, which are pieces of the vectors of `flat`."""
        raise NotImplementedError

    def part(self, n: int) -> None:
        """From now on the parameters of the n-th group have not all made equally many steps."""

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

    def __init__(
        self, groups: Sequence[Group], *, lr: float, betas: tuple[float, float], flat: Flat | None = None
    ) -> None:
        super().__init__(groups, flat, lr=lr, betas=betas, eps=1e-8)  # eps as in torch
        self.together: dict[int, Together] = {}  # for each group that is moved as a whole

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

    def move_all(self, n: int, group: Group, flat: Flat) -> None:
        """The same with one call; parameter by parameter where they have not made equally many steps."""
        params = group["params"]
        together = self.together.get(n) or self._bring_together(n, flat)
        if together is None:
            with torch.no_grad():
                return self.move(params, [p.grad for p in params], group)
        together.steps.add_(1)
        beta1, beta2 = group["betas"]
        torch._fused_adamw_(
            [together.weights], [together.gradients], [together.means], [together.squares], [], [together.steps[0]],
            amsgrad=False, maximize=False, lr=group["lr"], beta1=beta1, beta2=beta2,
            weight_decay=group["weight_decay"], eps=group["eps"],
        )  # fmt: skip

    def _bring_together(self, n: int, flat: Flat) -> "Together | None":
        """The memory of a group in vectors, of which the memory of each parameter becomes a view."""
        params = flat.groups[n]
        known = [self.memory[p] for p in params if p in self.memory]
        if known and (len(known) < len(params) or len({float(each["step"]) for each in known}) > 1):
            return None
        weights, gradients = (flat.of_group(vector)[n] for vector in (flat.weights, flat.gradients))
        steps = torch.full((len(params),), float(known[0]["step"]) if known else 0.0)
        means = [
            torch.cat([each[name].reshape(-1) for each in known]) if known else torch.zeros_like(weights)
            for name in MEANS
        ]
        sizes = [p.numel() for p in params]
        for p, step, *parts in zip(params, steps, *(mean.split(sizes) for mean in means), strict=True):
            self.memory[p] = {"step": step} | {
                name: part.view(p.shape) for name, part in zip(MEANS, parts, strict=True)
            }
        self.together[n] = Together(weights, gradients, means[0], means[1], steps)
        return self.together[n]

    def part(self, n: int) -> None:
        """Its bias correction hangs on the number of steps, so they cannot be moved with one call any more."""
        self.together.pop(n, None)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave, for parameters of the same shapes in the same groups."""
        super().load_state_dict(state)
        self.together.clear()


class Together(NamedTuple):
    """The vectors of a group that is moved as a whole; `steps` are those of each of its parameters, all equal."""

    weights: Tensor
    gradients: Tensor
    means: Tensor
    squares: Tensor
    steps: Tensor


class SGD(Optimizer):
    """The gradient times the learning rate, and nothing that is remembered."""

    def __init__(self, groups: Sequence[Group], *, lr: float, flat: Flat | None = None) -> None:
        super().__init__(groups, flat, lr=lr)

    def move(self, params: list[Tensor], grads: list[Tensor], group: Group) -> None:
        """Against the gradient."""
        sgd(
            params, grads, [None for _ in params], fused=True, lr=group["lr"], weight_decay=group["weight_decay"],
            momentum=0.0, dampening=0.0, nesterov=False, maximize=False,
        )  # fmt: skip

    def move_all(self, n: int, group: Group, flat: Flat) -> None:
        """The same with one call."""
        self.move([flat.of_group(flat.weights)[n]], [flat.of_group(flat.gradients)[n]], group)
