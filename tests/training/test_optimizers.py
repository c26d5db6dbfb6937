"""Our optimizers are torch's, to the bit; and a process that trains never imports torch's compiler."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from tinygpt.randomness import generator
from tinygpt.training.optimizers import SGD, AdamW

# The settings of make_optimizers: ours, and torch's.
KINDS = {
    "adamw": (AdamW, torch.optim.AdamW, {"lr": 3e-2, "betas": (0.9, 0.98)}),
    "sgd": (SGD, torch.optim.SGD, {"lr": 0.5}),
}
TRAINS_A_STEP = """
import sys
from tinygpt.engine.slices import warm
warm()
print(sorted({name.split(".")[1] for name in sys.modules if name.startswith(("torch._dynamo", "torch._inductor"))}))
"""


def parameters() -> list[Tensor]:
    """A matrix, a vector, and a vector that never has a gradient."""
    source = generator(3)
    return [torch.randn(shape, generator=source).requires_grad_() for shape in ((5, 4), (4,), (3,))]


def made(kind: Callable[..., Any], settings: dict[str, Any], params: list[Tensor], **more: Any) -> Any:
    """An optimizer whose matrix decays and whose vectors do not."""
    matrix, *vectors = params
    groups = [{"params": [matrix], "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    return kind(groups, **settings, **more)


def one_step(optimizer: Any, params: list[Tensor], seed: int) -> None:
    """A step whose gradients hang on the weights and on the seed."""
    optimizer.zero_grad()
    (torch.randn(7, 5, generator=generator(seed)) @ params[0] + params[1]).square().mean().backward()
    optimizer.step()


@pytest.mark.parametrize("name", KINDS)
def test_each_step_is_that_of_torch_to_the_bit(name):
    ours, theirs, settings = KINDS[name]
    mine, yours = parameters(), parameters()
    first, second = made(ours, settings, mine), made(theirs, settings, yours, fused=True)
    for seed in range(30):
        for optimizer in (first, second):
            for group in optimizer.param_groups:
                group["lr"] = settings["lr"] / (1 + seed)
        one_step(first, mine, seed)
        one_step(second, yours, seed)
        unlike = [i for i, (a, b) in enumerate(zip(mine, yours, strict=True)) if not torch.equal(a, b)]
        assert not unlike, f"parameters {unlike} after step {seed}"
    kept, wanted = (optimizer.state_dict()["state"] for optimizer in (first, second))
    assert {i: set(values) for i, values in kept.items()} == {
        i: {part for part, value in values.items() if value is not None}
        for i, values in wanted.items()
        if name != "sgd"
    }
    assert all(torch.equal(kept[i][part], wanted[i][part]) for i in kept for part in kept[i])


@pytest.mark.parametrize("name", KINDS)
def test_it_goes_on_from_what_it_gave(name):
    ours, _, settings = KINDS[name]
    params = parameters()
    optimizer = made(ours, settings, params)
    for seed in range(5):
        one_step(optimizer, params, seed)
    copied = [p.detach().clone().requires_grad_() for p in params]
    again = made(ours, settings | {"lr": 99.0}, copied)
    again.load_state_dict(
        {
            "state": {
                i: {part: value.clone() for part, value in values.items()}
                for i, values in optimizer.state_dict()["state"].items()
            },
            "param_groups": optimizer.state_dict()["param_groups"],
        }
    )
    assert again.state_dict()["param_groups"] == optimizer.state_dict()["param_groups"]
    for seed in range(5, 10):
        one_step(optimizer, params, seed)
        one_step(again, copied, seed)
    assert all(torch.equal(a, b) for a, b in zip(params, copied, strict=True))


def test_a_worker_that_trains_imports_no_compiler():
    done = subprocess.run([sys.executable, "-c", TRAINS_A_STEP], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
