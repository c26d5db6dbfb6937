"""What the browser is given to move on its own: every number of every moment, computed here and sent once.

Weights and shares travel as 16-bit whole numbers, FULL for 1, in base64; of a masked map the lower triangle alone.

Shapes in this file:
    M   moments         L   n_layer       T   characters in the window
    V   vocab_size      H   n_head        K   characters that have a bar
"""

import base64
import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor

from tinygpt.attention import causal_mask
from tinygpt.bigram import BigramConfig
from tinygpt.engine.records import RunView
from tinygpt.experiments.clicks import Click
from tinygpt.experiments.curves import LossCurve
from tinygpt.inside.moments import Moment
from tinygpt.models import kind
from tinygpt.plots.drawing import shade
from tinygpt.plots.look import MONO, PALETTE, Mode, color
from tinygpt.plots.losses.strip import cursor_words, loss_strip
from tinygpt.plots.losses.tones import tone
from tinygpt.spelling import number, shown, spoken
from tinygpt.ui.inside.chosen import Model
from tinygpt.ui.inside.moments import table_of
from tinygpt.ui.inside.reading import ReadWindow
from tinygpt.words import inside as words

FULL = 65_535  # a weight of 1, as it travels
SHADES = 1_024  # tones of a tile from 0 to 1
BARS = 8  # characters that may have a bar; all others share one
LARGEST_TABLE = 80  # characters of which a table of pairs is shown whole


def packed(shares: Tensor) -> str:
    """Numbers from 0 to 1 as they travel; what is no number is 0."""
    whole = (shares.nan_to_num().clamp(0, 1) * FULL).round().to(torch.int32).flatten()
    return base64.b64encode(whole.numpy().astype("<u2").tobytes()).decode()


def machine_picture(model: Model, reading: ReadWindow, moments: Sequence[Moment], mode: Mode) -> dict[str, Any]:
    """What a model does with a text at each moment: maps, guesses, sentences, and the tones to paint them in."""
    table = isinstance(model.spec.model, BigramConfig)
    return {
        "steps": [moment.step for moment in moments],
        "when": [words.when_words(moment.step) for moment in moments],
        "text": list(map(shown, reading.characters)),
        "spoken": list(map(spoken, reading.characters)),
        **(_table(model, reading, moments) if table else _heads(model, reading, moments)),
        "bars": _bars(model, reading, moments),
        "look": _look(model, mode),
    }  # fmt: skip


def _heads(model: Model, reading: ReadWindow, moments: Sequence[Moment]) -> dict[str, Any]:
    """The maps of all heads, and what is said about each."""
    mask, T = getattr(model.spec.model, "mask", True), len(reading.characters)
    seen = causal_mask(T) if mask else torch.ones(T, T, dtype=torch.bool)
    places = {"names": list(map(shown, reading.characters)), "spoken": list(map(spoken, reading.characters))}
    layers, heads = moments[0].maps.shape[:2]
    return {
        "layers": layers, "heads": heads, "masked": mask, "table": False,
        "maps": [packed(moment.maps[..., seen]) for moment in moments],
        "off": [moment.maps[:, 0, 0, 0].isnan().tolist() for moment in moments],
        "even": [_numbers(moment.evenness.nanmean(-1).flatten()) for moment in moments],
        "start_head": least_even(moments[-1]),
        "says": [sum(words.head_sentences(moment, reading.characters, mask=mask), []) for moment in moments],
        "rows": places, "columns": places, "place": list(range(T)), "pair": words.PAIR, "itself": words.ITSELF,
    }  # fmt: skip


def _table(model: Model, reading: ReadWindow, moments: Sequence[Moment]) -> dict[str, Any]:
    """The table of pairs in the place of a head: a row a character, its chances of being followed by each."""
    V, here = model.tokenizer.vocab_size, sorted(set(model.tokenizer.encode(reading.characters)))
    ids = list(range(V)) if V <= LARGEST_TABLE else here
    characters = model.tokenizer.decode(ids)
    tables = [table_of(model.name, moment.step, tuple(ids)) for moment in moments]
    places = {"names": list(map(shown, characters)), "spoken": list(map(spoken, characters))}
    return {
        "layers": 1, "heads": 1, "start_head": "0.0", "masked": False, "table": True,
        "maps": [packed(table) for table in tables],
        "off": [[False]] * len(moments), "even": [[None]] * len(moments),
        "says": [[words.table_sentence(moment.step, table, characters, V)]
                 for moment, table in zip(moments, tables, strict=True)],
        "rows": places, "columns": places, "place": [characters.index(c) for c in reading.characters],
        "pair": words.OF_THE_TABLE, "itself": words.OF_THE_TABLE,
    }  # fmt: skip


def _bars(model: Model, reading: ReadWindow, moments: Sequence[Moment]) -> dict[str, Any]:
    """The guesses: at each place the same characters at all moments, so that bars grow and shrink where they stand.

    They are those that are likeliest at the last moment, and the one that really comes.
    """
    guesses = torch.stack([moment.guesses for moment in moments])  # (M, T, V)
    V, following = guesses.shape[-1], list(reading.ids[1 : len(reading.characters) + 1])
    wanted = guesses[-1].clone()  # (T, V): at the end of the training the likeliest are these, in this order
    for t, c in enumerate(following):
        wanted[t, c] = 2.0  # before all others
    ids = wanted.topk(min(BARS, V)).indices  # (T, K)
    order = guesses[-1].gather(1, ids).argsort(dim=1, descending=True)
    ids = ids.gather(1, order)
    shares = guesses.gather(2, ids.expand(len(moments), -1, -1))  # (M, T, K)
    others = (1 - shares.sum(-1)).clamp(min=0)  # (M, T)
    says = [
        [
            words.next_words(spoken(model.tokenizer.decode([c])), float(moment.guesses[t, c]), float(moment.costs[t]))
            for t, c in enumerate(following)
        ]
        for moment in moments
    ]
    return {
        "symbols": [list(map(shown, model.tokenizer.decode(row))) for row in ids.tolist()], "each": ids.shape[1],
        "shares": [packed(each) for each in shares], "most": float(shares.amax()),
        "others": [[number(left) for left in each] for each in others.tolist()] if V > BARS else None,
        "next": [row.index(c) for row, c in zip(ids.tolist(), following, strict=False)], "says": says,
        "cost": [words.cost_words(moment.costs) for moment in moments],
    }  # fmt: skip


def strip_of(
    run: RunView, curve: LossCurve, moments: Sequence[Moment], mode: Mode, click: Click | None
) -> dict[str, Any] | None:
    """The run's losses up to its last moment, where the cursor stands at each, and what it says; None without any."""
    steps = [moment.step for moment in moments]
    points = [point for point in curve.points if point.step <= steps[-1]]
    hue = tone(kind(run.spec.model), run.slot, mode).line
    strip = loss_strip(points, steps, run.max_steps, mode, hue=hue, stretch=click and (click.start, click.end))
    spots = [[spot.x, spot.dot_x, spot.dot_y, cursor_words(spot)] for spot in strip.spots]
    return {"drawing": strip.drawing, "spots": spots} if points else None


def least_even(moment: Moment) -> str:
    """The head whose rows are least even, so that there is most to see: "0.2" is head 2 of block 0."""
    evenness = moment.evenness.nanmean(-1).nan_to_num(nan=2.0).flatten()  # of one without a choice nothing is known
    return "{}.{}".format(*divmod(int(evenness.argmin()), moment.maps.shape[1])) if len(evenness) else "0.0"


def _look(model: Model, mode: Mode) -> dict[str, Any]:
    """Tones and faces, those of all our figures."""
    p, (shades, light_from) = PALETTE[mode], _shades(mode)
    return {
        "shades": shades, "light_from": light_from, "ink": p.ink, "paper": p.paper, "muted": p.muted,
        "bar": color(kind(model.spec.model), mode), "mono": MONO,
    }  # fmt: skip


@cache
def _shades(mode: Mode) -> tuple[list[str], int]:
    """The tones of a tile from 0 to 1, and from which on what stands on it is light."""
    tiles = [shade(i / (SHADES - 1), mode) for i in range(SHADES)]
    return [tile for tile, _ in tiles], [ink for _, ink in tiles].index(PALETTE[mode].paper)


def _numbers(values: Tensor) -> list[float | None]:
    """Shares as the browser writes them; None for what is no number."""
    return [None if math.isnan(value) else round(value, 4) for value in values.tolist()]
