"""The boxes of a model that one position goes through: what stands in each, drawn and in words.

They are those of lesson 6: a box for each part, where the heads of a block share one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tinygpt.gpt import GPTConfig
from tinygpt.inside.follow import Stage
from tinygpt.plots.inside.position import HeadRow, hidden_bars, likeliest, share_rows
from tinygpt.plots.lessons.transformer_stream import Stop, vector_bars
from tinygpt.plots.look import Mode
from tinygpt.spelling import number
from tinygpt.words import position as words

BARS = 10  # characters whose scores and chances are shown


class Text(NamedTuple):
    """What is read, and by whom."""

    characters: str
    place: int
    ids: tuple[int, ...]  # of the characters, and of the one that follows where it is known
    symbols: str  # all characters by their ids

    @property
    def following(self) -> int | None:
        """What really comes after the place, where that is known."""
        return self.ids[self.place + 1] if self.place + 1 < len(self.ids) else None


class StageBox(NamedTuple):
    """One box with what it shows; `read` is the stage of the stream after it (inside.layers)."""

    stop: Stop
    drawing: str
    sentence: str
    read: str = ""


def boxes_of(stages: Sequence[Stage], config: GPTConfig | None, text: Text, mode: Mode) -> list[StageBox]:
    """Every box that a position goes through; `config` is None for a table of pairs."""
    ends = {stage.part: stage for stage in stages if stage.block is None}
    if config is None:
        return [_table(ends, text, mode), _softmax(ends, text, mode)]
    boxes, stream, read = _embedded(ends, text, mode), ends["stream"], "embedding"
    for n in range(config.n_layer):
        at = {stage.part: stage for stage in stages if stage.block == n}
        if "attention" in at:
            boxes += _norm(n, stream, at.get("LayerNorm 1"), mode, read)
            boxes += _attention(n, at, config, text, mode, read)
            stream, read = at["stream after attention"], f"attention {n}"
        if "feed-forward" in at:
            boxes += _norm(n, stream, at.get("LayerNorm 2"), mode, read)
            boxes.append(_feed_forward(n, at, config, mode))
            stream, read = at["stream after feed-forward"], f"feed-forward {n}"
    boxes += _norm(None, stream, ends.get("LayerNorm"), mode, read)
    return [*boxes, _output(ends, text, mode, read), _softmax(ends, text, mode, read)]


def _embedded(ends: Mapping[str, Stage], text: Text, mode: Mode) -> list[StageBox]:
    """What the character is, what the one before it adds, and where it stands."""
    token, place = ends["token embedding"], text.place
    said = words.token_words(text.characters[place], text.ids[place], token)
    drawing = _vectors([("row of the embedding table", token)], mode)
    boxes = [StageBox(Stop("token embedding", None), drawing, said)]
    if brought := ends.get("token shift"):
        shown = [("a share of the row before", brought)]
        if "position" not in ends:
            shown.append(("the stream: both together", ends["stream"]))
        said = words.shift_words(place, text.characters[place - 1], brought)
        boxes.append(StageBox(Stop("token shift", None, True), _vectors(shown, mode), said))
    if position := ends.get("position"):
        shown = [("row of the position table", position), ("the stream: all together", ends["stream"])]
        said = words.whole_way_words(place, ends["stream"])
        boxes.append(StageBox(Stop("positions", None, True), _vectors(shown, mode), said))
    return [*boxes[:-1], boxes[-1]._replace(read="embedding")]  # here the stream begins


def _norm(n: int | None, before: Stage, after: Stage | None, mode: Mode, read: str) -> list[StageBox]:
    """A LayerNorm, where there is one."""
    if after is None:
        return []
    drawing = _vectors([("before: the stream", before), ("after", after)], mode)
    return [StageBox(Stop("LayerNorm", n), drawing, words.norm_words(before, after), read)]


def _attention(
    n: int, at: Mapping[str, Stage], config: GPTConfig, text: Text, mode: Mode, before: str
) -> Iterator[StageBox]:
    """The heads of block n, and what they add together: in a box of its own where there is a projection."""
    weights, adds = ([at[f"head {h} {what}"] for h in range(config.n_head)] for what in ("weights", "adds"))
    rows = [
        HeadRow(f"head {h}: weights, up to {number(looks.strongest(1)[0][1])}", looks.values, adds[h].values)
        for h, looks in enumerate(weights)
    ]
    drawing, said = share_rows(rows, text.characters, mode), words.heads_words(weights, adds, text.characters)
    added, stream = at["attention"], at["stream after attention"]
    together = _vectors([("all together", added), ("the stream after it", stream)], mode)
    adding, after = words.adds_words("Attention", added, stream, config), f"attention {n}"
    if config.projection:
        yield StageBox(Stop("heads", n), drawing, said, before)
        yield StageBox(Stop("projection", n, config.residual), together, adding, after)
    else:
        yield StageBox(Stop("heads", n, config.residual), drawing + together, f"{said} {adding}", after)


def _feed_forward(n: int, at: Mapping[str, Stage], config: GPTConfig, mode: Mode) -> StageBox:
    hidden, out, stream = at["hidden units"], at["feed-forward"], at["stream after feed-forward"]
    drawing = hidden_bars(hidden.values, f"{len(hidden.values)} hidden units, {hidden.on} on", mode)
    drawing += _vectors([("what comes out", out), ("the stream after it", stream)], mode)
    said = f"{words.hidden_stage_words(hidden)} {words.adds_words('Feed-forward', out, stream, config)}"
    return StageBox(Stop("feed-forward", n, config.residual), drawing, said, f"feed-forward {n}")


def _output(ends: Mapping[str, Stage], text: Text, mode: Mode, read: str) -> StageBox:
    said = words.logits_words(ends["logits"], text.symbols)
    return StageBox(Stop("output layer", None), _scores(ends, text, mode), said, read)


def _table(ends: Mapping[str, Stage], text: Text, mode: Mode) -> StageBox:
    said = words.table_words(text.characters[text.place], ends["logits"], text.symbols)
    return StageBox(Stop("table", None), _scores(ends, text, mode), said)


def _scores(ends: Mapping[str, Stage], text: Text, mode: Mode) -> str:
    logits = ends["logits"]
    return _vectors([(f"{len(text.symbols)} scores", logits)], mode) + _bars(logits, "the highest", text, mode)


def _softmax(ends: Mapping[str, Stage], text: Text, mode: Mode, read: str = "") -> StageBox:
    chances = ends["probabilities"]
    said = words.chances_words(chances, text.symbols, text.following)
    return StageBox(Stop("softmax", None), _bars(chances, "the likeliest", text, mode), said, read)


def _bars(stage: Stage, title: str, text: Text, mode: Mode) -> str:
    comes = None if text.following is None else text.symbols[text.following]
    return likeliest([(text.symbols[i], value) for i, value in stage.strongest(BARS)], title, mode, comes=comes)


def _vectors(titled: Sequence[tuple[str, Stage]], mode: Mode) -> str:
    """Vectors below each other, with the same axis."""
    limit = max([1e-9, *(float(stage.values.abs().max()) for _, stage in titled)])
    return "".join(vector_bars(stage.values, title, mode, limit=limit) for title, stage in titled)
