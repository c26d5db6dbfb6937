"""The bigram there and back: a token reads its row of the table, and the row hears what was wrong with it.

Shapes in this file:
    N   tokens of a batch, one after another      V   vocab_size
"""

import torch
from torch import Tensor

from tinygpt.bigram import BigramLanguageModel
from tinygpt.training.by_hand.loss import loss_backward, loss_forward


class TableByHand:
    """A bigram's training pass, as ByHand is that of a GPT."""

    def __init__(self, model: BigramLanguageModel) -> None:
        table = model.token_embedding_table.weight
        table.grad = torch.zeros_like(table) if table.grad is None else table.grad
        self.table, self.gradient = table.detach(), table.grad

    def __call__(self, idx: Tensor, targets: Tensor) -> Tensor:
        """The loss of a batch in nats per character, and the gradient of the table: two (B, T) -> ()"""
        ids, came = idx.flatten(), targets.flatten()  # (N,)
        loss, log_p = loss_forward(torch.embedding(self.table, ids), came)
        self.gradient.zero_().index_add_(0, ids, loss_backward(log_p, came))  # a row adds up what all its tokens say
        return loss
