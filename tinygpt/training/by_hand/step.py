"""The loss of a batch and all its gradients, without autograd: every part there, then every part back.

    there_and_back = pass_of(model)
    loss = there_and_back(idx, targets)     and p.grad holds the gradient of each parameter p

It reads the weights of the model where they lie, and writes gradients where `p.grad` lies. Every switch of a GPTConfig
is served. The gradients are those of `loss.backward()` up to rounding (tests/training/by_hand).

Shapes in this file:
    B   sequences in the batch      N   tokens of the batch, one after another, time outermost (T * B)
    T   tokens in a sequence        C   channels (n_embd)
"""

from collections.abc import Callable

import torch
from torch import Tensor

from tinygpt.models import LanguageModel
from tinygpt.training.by_hand.loss import loss_backward, loss_forward
from tinygpt.training.by_hand.table import Table
from tinygpt.training.by_hand.two_way import TwoWay, back, there
from tinygpt.training.by_hand.walk import walk_of

Pass = Callable[[Tensor, Tensor], Tensor]  # the loss of a batch, whose gradients it sets


def pass_of(model: LanguageModel) -> Pass:
    """The way there and back through a model as it stands, dropout and all. After surgery ask for a new one."""
    for p in model.parameters():
        p.grad = torch.zeros_like(p) if p.grad is None else p.grad
    return ByHand(model)


class ByHand:
    """The way through one model, there and back: its table of tokens, then its parts, then the loss."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model
        self.tokens = Table.of(model.token_embedding_table)
        self.parts: dict[torch.Size, list[TwoWay]] = {}  # for each shape of a batch

    def __call__(self, idx: Tensor, targets: Tensor) -> Tensor:
        """The loss of a batch in nats per character; p.grad of every part that is not off is set. Two (B, T) -> ()"""
        if (parts := self.parts.get(idx.shape)) is None:
            parts = self.parts[idx.shape] = walk_of(self.model, *idx.shape)
        with torch.inference_mode():  # a tenth faster than `no_grad`: nobody asks these numbers where they come from
            ids, came = idx.t().reshape(-1), targets.t().reshape(-1)  # (N,)
            logits, kept = there(parts, self.tokens.forward(ids))  # (N, V)
            loss, log_p = loss_forward(logits, came)
            self.tokens.backward(back(parts, loss_backward(log_p, came), kept), ids)
        return loss
