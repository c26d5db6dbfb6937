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
TRAINS = """
import sys
from tinygpt.bigram import BigramConfig
from tinygpt.gpt import GPTConfig
from tinygpt.corpus import Corpus
from tinygpt.engine.slices import warm
from tinygpt.training.loop import train
from tinygpt.training.spec import RunSpec, TrainConfig

warm()
corpus = Corpus.from_text("to be or not to be " * 20)
V = corpus.tokenizer.vocab_size
for optimizer, model in (("adamw", BigramConfig(V)), ("sgd", BigramConfig(V)), ("muon", GPTConfig(V, n_layer=1))):
    config = TrainConfig(max_steps=2, batch_size=2, grad_clip=1.0, optimizer=optimizer)
    points = list(train(RunSpec(model, config, "a"), corpus))
    print(optimizer, len(points), sorted({"torch._dynamo", "torch._inductor"} & sys.modules.keys()))
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
    our_kind, torch_kind, settings = KINDS[name]
    our_params, torch_params = parameters(), parameters()
    ours, torchs = made(our_kind, settings, our_params), made(torch_kind, settings, torch_params, fused=True)
    for seed in range(30):
        for optimizer, params in ((ours, our_params), (torchs, torch_params)):
            for group in optimizer.param_groups:
                group["lr"] = settings["lr"] / (1 + seed)
            one_step(optimizer, params, seed)
        unlike = [i for i, pair in enumerate(zip(our_params, torch_params, strict=True)) if not torch.equal(*pair)]
        assert not unlike, f"parameters {unlike} after step {seed}"
    our_memory, torch_memory = ours.state_dict()["state"], torchs.state_dict()["state"]
    kept = {i: {part for part, value in values.items() if value is not None} for i, values in torch_memory.items()}
    assert {i: set(values) for i, values in our_memory.items()} == {i: parts for i, parts in kept.items() if parts}
    assert all(torch.equal(our_memory[i][part], torch_memory[i][part]) for i in our_memory for part in our_memory[i])


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
    done = subprocess.run([sys.executable, "-c", TRAINS], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["adamw 3 []", "sgd 3 []", "muon 3 []"]
