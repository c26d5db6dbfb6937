"""The lecture's models and their training step, in the style of the notebooks: what tinygpt's speed is compared with.

A list of heads, each with its own mask; a batch stacked window by window; torch.optim.AdamW as it is made by default.
tests/benchmarks/test_lecture.py holds its losses against those of tinygpt.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.models import LanguageModel


class Head(nn.Module):
    """One head of self-attention."""

    def __init__(self, n_embd: int, head_size: int, block_size: int) -> None:
        super().__init__()
        self.key = nn.Linear(n_embd, head_size, bias=False)
        self.query = nn.Linear(n_embd, head_size, bias=False)
        self.value = nn.Linear(n_embd, head_size, bias=False)
        self.register_buffer("tril", torch.tril(torch.ones(block_size, block_size)))

    def forward(self, x: Tensor) -> Tensor:
        _, T, _ = x.shape
        k, q = self.key(x), self.query(x)
        wei = q @ k.transpose(-2, -1) * k.shape[-1] ** -0.5
        wei = wei.masked_fill(self.tril[:T, :T] == 0, float("-inf"))
        wei = F.softmax(wei, dim=-1)
        return wei @ self.value(x)


class MultiHeadAttention(nn.Module):
    """Heads side by side, in a list."""

    def __init__(self, n_embd: int, n_head: int, block_size: int) -> None:
        super().__init__()
        self.heads = nn.ModuleList([Head(n_embd, n_embd // n_head, block_size) for _ in range(n_head)])
        self.proj = nn.Linear(n_embd, n_embd)

    def forward(self, x: Tensor) -> Tensor:
        return self.proj(torch.cat([h(x) for h in self.heads], dim=-1))


class Block(nn.Module):
    """Communication followed by computation."""

    def __init__(self, n_embd: int, n_head: int, block_size: int) -> None:
        super().__init__()
        self.sa = MultiHeadAttention(n_embd, n_head, block_size)
        self.ffwd = nn.Sequential(nn.Linear(n_embd, 4 * n_embd), nn.ReLU(), nn.Linear(4 * n_embd, n_embd))
        self.ln1, self.ln2 = nn.LayerNorm(n_embd), nn.LayerNorm(n_embd)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.sa(self.ln1(x))
        return x + self.ffwd(self.ln2(x))


class GPT(nn.Module):
    """The lecture's last model."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.token_embedding_table = nn.Embedding(config.vocab_size, config.n_embd)
        self.position_embedding_table = nn.Embedding(config.block_size, config.n_embd)
        blocks = [Block(config.n_embd, config.n_head, config.block_size) for _ in range(config.n_layer)]
        self.blocks = nn.Sequential(*blocks)
        self.ln_f = nn.LayerNorm(config.n_embd)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size)

    def forward(self, idx: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        B, T = idx.shape
        x = self.token_embedding_table(idx) + self.position_embedding_table(torch.arange(T))
        logits = self.lm_head(self.ln_f(self.blocks(x)))
        return logits, F.cross_entropy(logits.view(B * T, -1), targets.view(B * T))


class Bigram(nn.Module):
    """The lecture's first model."""

    def __init__(self, vocab_size: int) -> None:
        super().__init__()
        self.token_embedding_table = nn.Embedding(vocab_size, vocab_size)

    def forward(self, idx: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        logits = self.token_embedding_table(idx)
        B, T, C = logits.shape
        return logits, F.cross_entropy(logits.view(B * T, C), targets.view(B * T))


def in_the_lecture_s_style(model: LanguageModel) -> GPT | Bigram:
    """A model of tinygpt as the lecture would write it, with its weights. It has no switch but its sizes."""
    if not isinstance(model, GPTLanguageModel):
        other: GPT | Bigram = Bigram(model.config.vocab_size)
        other.load_state_dict(model.state_dict())
        return other
    config, other = model.config, GPT(model.config)
    names = {"norm1": "ln1", "norm2": "ln2", "attention.projection": "sa.proj", "feed_forward.expand": "ffwd.0",
             "feed_forward.shrink": "ffwd.2"}  # fmt: skip
    weights = {}
    for name, value in model.state_dict().items():
        if name.endswith("qkv.weight"):
            heads = value.view(3, config.n_head, config.head_size, config.n_embd)
            block = name.removesuffix("attention.qkv.weight")
            for kind, of_kind in zip(("query", "key", "value"), heads, strict=True):
                weights |= {f"{block}sa.heads.{h}.{kind}.weight": one for h, one in enumerate(of_kind)}
            continue
        for ours, theirs in names.items():
            name = name.replace(ours, theirs)
        weights[name.replace("norm.", "ln_f.") if name.startswith("norm.") else name] = value
    weights |= {name: value for name, value in other.state_dict().items() if name.endswith("tril")}
    other.load_state_dict(weights)
    return other


def get_batch(data: Tensor, batch_size: int, block_size: int) -> tuple[Tensor, Tensor]:
    """A batch as the notebooks draw it."""
    ix = torch.randint(len(data) - block_size, (batch_size,))
    x = torch.stack([data[i : i + block_size] for i in ix])
    y = torch.stack([data[i + 1 : i + block_size + 1] for i in ix])
    return x, y


def stepping(model: GPT | Bigram, batch: Callable[[], tuple[Tensor, Tensor]], **settings: float) -> Callable[[], float]:
    """A training step of the notebooks, which says its loss; `settings` are those of AdamW."""
    optimizer = torch.optim.AdamW(model.parameters(), **{"lr": 1e-3, **settings})

    def step() -> float:
        xb, yb = batch()
        _, loss = model(xb, yb)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def generate(model: GPT | Bigram, idx: Tensor, max_new_tokens: int, block_size: int, source: torch.Generator) -> Tensor:
    """The lecture's `generate`: the whole window is computed anew for every character. (B, T) -> (B, T + more)"""
    for _ in range(max_new_tokens):
        window = idx[:, -block_size:]
        with torch.no_grad():
            logits, _ = model(window, torch.zeros_like(window))
        logits = logits.view(*window.shape, -1)
        probs = F.softmax(logits[:, -1, :], dim=-1)
        idx = torch.cat((idx, torch.multinomial(probs, num_samples=1, generator=source)), dim=1)
    return idx


@torch.no_grad()
def estimate_loss(model: GPT | Bigram, batch: Callable[[], tuple[Tensor, Tensor]], eval_iters: int = 200) -> float:
    """The lecture's estimate: the mean loss of many batches, one by one."""
    model.eval()
    losses = torch.zeros(eval_iters)
    for k in range(eval_iters):
        _, loss = model(*batch())
        losses[k] = loss.item()
    model.train()
    return losses.mean().item()


def encode(text: str) -> Tensor:
    """The lecture's text as ids: a dictionary, a list, a tensor. (N,)"""
    stoi = {ch: i for i, ch in enumerate(sorted(set(text)))}
    return torch.tensor([stoi[c] for c in text], dtype=torch.long)
