"""The scenes of lesson 7 that follow a loss back to one number of a head, and that hold its gradient to its word."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from tinygpt.lessons.chain import Chain, Forward, chain, chain_by_autograd, nudged, one_head
from tinygpt.plots.lessons import bigram_steps as steps
from tinygpt.plots.lessons import learning as drawings
from tinygpt.plots.lessons.learning import Bar, short
from tinygpt.spelling import in_a_row, isolated, number, with_sign
from tinygpt.training.by_hand.attention import Asks, Attention
from tinygpt.training.by_hand.linear import Linear
from tinygpt.ui import frame
from tinygpt.ui.dials import slider
from tinygpt.ui.drag import swap
from tinygpt.ui.lessons.bigram.text import Counted, counted_text, first_batch
from tinygpt.ui.scene import Showing, explain, picture, scene
from tinygpt.words.storyboard import Scene

FEW = 8  # bars of a link
LINKS = (
    "loss = cross_entropy(logits, targets)", "logits = handed @ W_out.T + b", "handed = weights @ v",
    "weights = softmax(scores)", "scores = q @ k.T / head_size**0.5", "q = x @ W_q.T",
)  # fmt: skip
NAMES = ("loss", "logits", "handed", "weights", "scores", "query", "number")  # of the links, as they stand in the URL
BY = (-4.0, -3.0, -2.0, -1.5, -1.0, -0.75, -0.5, -0.25, -0.1, 0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
ASKED = 0.1  # what the number is moved by in the question


class Followed(NamedTuple):
    """A window of a text, all its links, and the number of the head that is followed."""

    line: str
    forward: Forward
    links: Chain
    off: float  # how far the largest of all gradients lies from autograd's
    at: tuple[int, int]  # component of the query, channel
    t: int  # the position through which most of its gradient comes
    losses: Tensor  # once the number was moved by each of BY


@lru_cache(maxsize=8)
def _followed(corpus: str) -> Followed:
    """The first window of the batch, through a head before its first step."""
    text, (x, y) = counted_text(corpus), first_batch(corpus)
    idx, targets = x[0], y[0]
    model = one_head(text.V, len(idx))
    forward, links = chain(model, idx, targets)
    theirs = chain_by_autograd(model, idx, targets)
    off = max(float((a - b).abs().max()) for a, b in zip(links[1:], theirs[1:], strict=True))
    row, channel = divmod(int(links.matrix.abs().argmax()), links.matrix.shape[1])
    products = links.query[:, row] * forward.x[:, channel]
    losses = nudged(model, (row, channel), torch.tensor(BY), idx, targets)
    line = "".join(in_a_row(text.chars[i]) for i in idx.tolist())
    return Followed(line, forward, links, off, (row, channel), int(products.abs().argmax()), losses)


@scene("lea-3", code=[Linear.backward, Attention.backward, Attention.to_scores, Asks.backward])
def links_of_the_chain(scene: Scene, text: Counted) -> Showing:
    """From the loss back to one number of a head, a link at a time."""
    found = _followed(text.corpus.name)
    facts = _facts_of_chain(found, text)
    yield facts
    pictures = []
    for n, name in enumerate(NAMES):
        title = scene.plain(f"title_{name}", facts)
        through = max(0, n - 1)  # the line in which it was put to use: its gradient comes back through that
        bars = drawings.signed_bars(title, _bars(found, name, text), frame.mode())
        drawing = steps.lit_line(LINKS, through, frame.mode()) + bars
        pictures.append(picture(scene, drawing, facts, f"caption_{name}"))
    swap(pictures, slider("link", "Link", NAMES))
    explain(scene, facts)


def _facts_of_chain(found: Followed, text: Counted) -> dict[str, Any]:
    (row, channel), t, links, there = found.at, found.t, found.links, found.forward
    came = int(first_batch(text.corpus.name)[1][0, t])
    seen, gains = there.weights[t, : t + 1], links.weights[t, : t + 1]
    best = int(links.scores[t].abs().argmax())
    return {
        "line": f"\u201c{isolated(found.line)}\u201d", "T": len(there.x), "T_seen": t + 1, "V": text.V,
        "hs": links.query.shape[1],
        "t": t, "character": text.say(int(first_batch(text.corpus.name)[0][0, t])), "came": text.say(came),
        "loss": links.loss, "share_came": float(there.p[t, came]), "logit": float(links.logits[t, came]),
        "component": row, "channel": channel, "gradient": float(links.matrix[row, channel]),
        "off": found.off,
        "row": ", ".join(number(each, 3) for each in seen.tolist()), "mean": float((seen * gains).sum()), "best": best,
        "weight": float(there.weights[t, best]), "d_weight": float(links.weights[t, best]),
        "d_score": float(links.scores[t, best]), "d_query": float(links.query[t, row]),
        "input": float(there.x[t, channel]), "product": float(links.query[t, row] * there.x[t, channel]),
        "numbers": links.matrix.numel(),
    }  # fmt: skip


def _bars(found: Followed, name: str, text: Counted) -> list[Bar]:
    """The numbers of a link that matter most, at the position through which the gradient comes."""
    (row, channel), t, links, there = found.at, found.t, found.links, found.forward
    idx, targets = (each[0].tolist() for each in first_batch(text.corpus.name))
    if name == "loss":
        losses = [-math.log(there.p[n, came]) for n, came in enumerate(targets)]
        each = [Bar(text.chars[came], losses[n], number(losses[n], 3), n == t) for n, came in enumerate(targets)]
        return each[-FEW:]
    if name == "logits":
        came, likely = targets[t], there.p[t].argsort(descending=True, stable=True).tolist()
        shown = [came, *(i for i in likely if i != came)][:FEW]
        return [
            Bar(text.chars[i], float(links.logits[t, i]), short(float(links.logits[t, i]), 4), i == came) for i in shown
        ]
    if name in ("weights", "scores"):
        values: Tensor = getattr(links, name)[t]
        return [Bar(text.chars[idx[i]], float(values[i]), short(float(values[i]), 4), i == t) for i in range(t + 1)]
    if name == "number":
        products = (links.query[:, row] * there.x[:, channel]).tolist()
        return [Bar(text.chars[idx[n]], value, short(value, 4), n == t) for n, value in enumerate(products)][:FEW]
    return _largest(getattr(links, name)[t], row if name == "query" else None)


def _largest(values: Tensor, always: int | None) -> list[Bar]:
    """The largest components of a vector, in their order; the one that is followed is among them."""
    shown: Sequence[int] = values.abs().argsort(descending=True, stable=True).tolist()[:FEW]
    if always is not None and always not in shown:
        shown = [*shown[: FEW - 1], always]
    return [Bar(str(i), float(values[i]), short(float(values[i]), 4), i == always, plain=True) for i in sorted(shown)]


@scene("lea-4", code=[nudged])
def a_promise(scene: Scene, text: Counted) -> Showing:
    """The loss as the number moves, beside the straight line that its gradient promises."""
    found = _followed(text.corpus.name)
    slope = float(found.links.matrix[found.at])
    middle = BY.index(0.0)
    observed = found.losses.tolist()
    before, at_asked = observed[middle], observed[BY.index(ASKED)]
    last = observed[-1] - before
    asked: dict[str, Any] = {
        "moved_by": ASKED, "gradient": slope, "before": before, "promised": before + ASKED * slope, "after": at_asked,
        "change": with_sign(at_asked - before, 5), "wanted": with_sign(ASKED * slope, 5),
        "whole": before + slope, "far": BY[-1], "far_promised": with_sign(BY[-1] * slope, 4),
        "far_observed": with_sign(last, 4), "component": found.at[0], "channel": found.at[1],
    }  # fmt: skip
    yield asked
    pictures = []
    for at, by in enumerate(BY):
        facts = {
            **asked, "moved": with_sign(by, 2) if by else "0", "promised": before + by * slope, "now": observed[at],
            "change": with_sign(observed[at] - before, 5), "wanted": with_sign(by * slope, 5),
        }  # fmt: skip
        drawing = drawings.nudge(BY, observed, slope, at, frame.mode())
        pictures.append(picture(scene, drawing, facts))
    names = [with_sign(by, 2) if by else "0" for by in BY]
    swap(pictures, slider("nudge", "Move the number by", names, BY.index(ASKED)))
    explain(scene, asked)
