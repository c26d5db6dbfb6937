"""The scenes of lesson 6 in which a text runs through the whole GPT: box by box, then one vector in three parts."""

from functools import lru_cache
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional as F

from tinygpt.gpt import Block, FeedForward, GPTLanguageModel
from tinygpt.inside.stream import Part, hidden_units, read_off, rows_reached, run_through, share_of_heads
from tinygpt.lessons.measured import GPT, loaded
from tinygpt.models import count_parameters
from tinygpt.plots.lessons import transformer_stream as drawings
from tinygpt.plots.lessons.transformer_stream import Matrix, Stop
from tinygpt.plots.look import Mode
from tinygpt.spelling import spoken
from tinygpt.tokenizer import LECTURE_CHARS, CharTokenizer
from tinygpt.ui import frame
from tinygpt.ui import walk as ui
from tinygpt.ui.drag import Picture, drag
from tinygpt.ui.scene import Showing, explain, picture, scene
from tinygpt.words.storyboard import Facts, Scene, find_scene

TEXT = "the king"
TOKENIZER = CharTokenizer(LECTURE_CHARS)
ROW = 6  # ‘n’, which the lessons follow
HEADS = 3  # the box with the heads of the first block
LIKELIEST = 5  # characters that are read off the wire
FORWARD = "feed-forward"


def gpt() -> GPTLanguageModel:
    """The shipped GPT."""
    return cast(GPTLanguageModel, loaded(GPT).model)


@lru_cache(maxsize=1)
def the_run() -> tuple[Part, ...]:
    """The text on its way through the shipped GPT."""
    return tuple(run_through(gpt(), torch.tensor(TOKENIZER.encode(TEXT))))


@scene("tra-run", code=[Block.forward, Block.join])
def the_machine_runs(scene: Scene) -> Showing:
    """The machine as a wire with boxes; each opens to its numbers for the text, and to what it adds to the wire."""
    yield run_facts()
    ui.walk(
        _machine(frame.mode()), opened_boxes(frame.mode()), keys=("box", "row"), stops=stop_names(),
        places=[f"{t} {spoken(c)}" for t, c in enumerate(TEXT)], default=(HEADS, ROW), step=drawings.CELL,
        beside=scene.templates["read_off"],
    )  # fmt: skip
    explain(scene, run_facts())


def run_facts() -> Facts:
    """How many boxes there are, and how many of them carry something from row to row."""
    parts = the_run()
    heads = sum(_reached(n) > 1 for n in range(len(parts)))
    forwards = sum(part.name == FORWARD for part in parts)
    return {"boxes": len(parts), "heads": heads, "both": heads + forwards, "T": len(TEXT), "C": gpt().config.n_embd}


def stop_names() -> list[str]:
    """The boxes as the slider calls them."""
    return [part.name if part.block is None else f"block {part.block}: {part.name}" for part in the_run()]


def _machine(mode: Mode) -> str:
    """The wire and its boxes."""
    return drawings.machine_on_a_wire([Stop(part.name, part.block, part.adds) for part in the_run()], mode)


@lru_cache(maxsize=2)
def opened_boxes(mode: Mode) -> tuple[ui.Opened, ...]:
    """Every box, opened, with what is said of each of its rows."""
    words, boxes = find_scene("tra-run"), []
    for n, name in enumerate(stop_names()):
        matrices, chances = matrices_of(n), _chances(n)
        rows = [
            ui.Row([drawings.first_numbers(one, t) for one in matrices], _beside(chances[t], mode), _say(words, n, t))
            for t in range(len(TEXT))
        ]
        boxes.append(ui.Opened(drawings.opened(matrices, TEXT, mode), words.plain("alt", {"box": name}), rows))
    return tuple(boxes)


def matrices_of(n: int) -> list[Matrix]:
    """What a box shows: what goes in, what is inside, what comes out, and the wire after it where it adds."""
    part = the_run()[n]
    reads_wire = part.name == "LayerNorm"
    shown = []
    if part.name not in ("token embedding", "positions"):
        shown.append(Matrix("goes in: the wire" if reads_wire else "goes in", part.goes_in))
    if part.name == FORWARD:
        shown.append(Matrix("hidden, after the ReLU", cast(Tensor, part.inside)))
    if part.name == "heads":
        weights = cast(Tensor, part.inside)  # (H, T, T)
        side_by_side = weights.transpose(0, 1).flatten(1)  # (T, H * T)
        shown.append(Matrix(f"weights of heads 0 to {len(weights) - 1}, side by side", side_by_side, shares=True))
    title = "is added to the wire" if part.adds else "comes out"
    if part.name == "token embedding":
        title = "begins the wire"
    shown.append(Matrix(title, part.comes_out, shares=part.name == "softmax"))
    if part.adds:
        shown.append(Matrix("the wire after it", part.wire))
    return shown


@lru_cache(maxsize=64)
def _reached(n: int) -> int:
    return rows_reached(the_run()[n])


@lru_cache(maxsize=64)
def _chances(n: int) -> Tensor:
    return read_off(gpt(), the_run()[n].wire)


def _beside(chances: Tensor, mode: Mode) -> str:
    """The likeliest next characters for one row, as bars. `chances` is (V,)"""
    shares, ids = chances.topk(LIKELIEST)
    return drawings.likeliest_bars(
        [(TOKENIZER.decode([int(i)]), float(share)) for share, i in zip(shares, ids, strict=True)], mode
    )


def _say(words: Scene, n: int, t: int) -> str:
    """What a box does to one row, and how far a change of row 0 gets in it."""
    return f"{words.plain(_template(the_run()[n]), row_facts(n, t))} {words.plain('reach', row_facts(n, t))}"


def _template(part: Part) -> str:
    return {"LayerNorm": "norm", "feed-forward": "forward", "token embedding": "token", "output layer": "output"}.get(
        part.name, part.name
    )


@lru_cache(maxsize=256)
def row_facts(n: int, t: int) -> Facts:
    """The numbers of one row in one box."""
    part, before = the_run()[n], the_run()[n - 1].wire
    goes_in, out = part.goes_in[t], part.comes_out[t]
    facts: dict[str, object] = {
        "char": spoken(TEXT[t]), "t": t, "T": len(TEXT), "C": gpt().config.n_embd, "V": gpt().config.vocab_size,
        "reached": _reached(n), "last": len(TEXT) - 1, "before": float(before[t].norm()),
        "after": float(part.wire[t].norm()), "added": float(out.norm()), "its_id": TOKENIZER.encode(TEXT[t])[0],
    }  # fmt: skip
    if part.name == "LayerNorm":
        facts |= {"mean": float(goes_in.mean()), "spread": float(goes_in.std(correction=0)),
                  "mean_after": float(out.mean()), "spread_after": float(out.std(correction=0))}  # fmt: skip
    if part.name == "heads" and part.inside is not None:
        most, i = part.inside[:, t].max(-1)
        head = int(most.argmax())
        facts |= {"n_head": len(most), "hs": gpt().config.head_size, "head": head, "most": float(most[head]),
                  "looked": spoken(TEXT[int(i[head])]), "looked_at": int(i[head])}  # fmt: skip
    if part.name == FORWARD and part.inside is not None:
        facts |= {"units_on": int((part.inside[t] > 0).sum()), "hidden": part.inside.shape[1]}
    if part.name in ("output layer", "softmax"):
        best, second = (spoken(TOKENIZER.decode([int(i)])) for i in out.topk(2).indices)
        first_share, second_share = out.topk(2).values.tolist()
        facts |= {
            "best": best,
            "second": second,
            "score": first_share,
            "share": first_share,
            "next_share": second_share,
        }
    return facts


# --- one vector in each kind of part ---------------------------------------------------------------------------------


@scene("tra-parts", code=[FeedForward])
def one_vector(scene: Scene) -> Showing:
    """One character's vector in LayerNorm, projection and feed-forward of the first block, for each position."""
    yield vector_facts(ROW)
    pictures = [vector_picture(scene, t, frame.mode()) for t in range(len(TEXT))]
    drag(pictures, key="vector", label="row", names=[f"{t} {spoken(c)}" for t, c in enumerate(TEXT)], default=ROW)
    explain(scene, vector_facts(ROW))


@torch.no_grad()
def vector_facts(t: int) -> Facts:
    """The numbers of row t in the parts of the first block."""
    norm, heads, mixed, _, forward = the_run()[2:7]
    hidden = cast(Tensor, forward.inside)[t]
    on, wire = int((hidden > 0).sum()), norm.goes_in[t]
    each = share_of_heads(_first().attention, heads.comes_out)[:, t].norm(dim=-1)
    return {
        "char": spoken(TEXT[t]), "t": t, "units_on": on, "hidden": len(hidden), "off": len(hidden) - on,
        "C": gpt().config.n_embd, "n_head": len(each), "mean": float(wire.mean()),
        "spread": float(wire.std(correction=0)),
        "head": int(each.argmax()), "longest": float(each.max()), "together": float(mixed.comes_out[t].norm()),
        "numbers": sum(weight.numel() for weight in _thinks().parameters()),
        "all": count_parameters(gpt().config), "added": float(forward.comes_out[t].norm()),
    }  # fmt: skip


def _first() -> Block:
    return cast(Block, gpt().blocks[0])


def _thinks() -> FeedForward:
    return cast(FeedForward, _first().feed_forward)


@torch.no_grad()
def vector_picture(scene: Scene, t: int, mode: Mode) -> Picture:
    """Four drawings: a vector before and after LayerNorm, what each head adds, the hidden units of feed-forward."""
    norm, heads, mixed, second, forward = the_run()[2:7]
    wire, words = norm.goes_in[t], scene.templates
    normed = F.layer_norm(wire, wire.shape)
    each = share_of_heads(_first().attention, heads.comes_out)[:, t].norm(dim=-1).tolist()
    bars = [
        *((f"head {h}", length) for h, length in enumerate(each)),
        ("all together", float(mixed.comes_out[t].norm())),
    ]
    before = _thinks().expand(second.comes_out[t])
    limit = float(norm.goes_in.abs().max())
    drawing = "".join((
        drawings.vector_bars(wire, words["norm_before"], mode, limit=limit),
        drawings.vector_bars(normed, words["norm_after"], mode, limit=limit),
        drawings.lengths(bars, words["mixed"], mode),
        drawings.units(before, hidden_units(_thinks(), second.comes_out[t]), words["thinks"], mode),
    ))  # fmt: skip
    return picture(scene, drawing, vector_facts(t))
