"""`make bench`: how much faster tinygpt is than the lecture's own code, proved in one run on this machine.

    python -m benchmarks [--pairs 9]

Every row is measured in pairs, in turn, on one thread of one process; first both sides compute the same (see
tests/benchmarks). It writes docs/bench.json, the picture docs/bench.svg, and what the README says of it. Beside the
rows: what a run spends on being judged, and the memory of a step. Measure on an idle machine; it takes some minutes.
"""

import argparse
import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
import vl_convert

from benchmarks import evaluation, lecture, memory, steps
from benchmarks.goals import Goals
from benchmarks.in_turn import Pairs, in_turn, machine
from tinygpt.corpus import Corpus, default_corpus, ids_of, load_corpus
from tinygpt.files import PROJECT
from tinygpt.generation import generate
from tinygpt.gpt import GPTConfig
from tinygpt.models import build
from tinygpt.plots.look import PALETTE
from tinygpt.randomness import generator
from tinygpt.tokenizer import CharTokenizer
from tinygpt.training.evaluation import estimate_loss
from tinygpt.training.loop import one_thread
from tinygpt.training.presets import PRESETS
from tinygpt.training.work import windows_to_judge

README, DOCS = PROJECT / "README.md", PROJECT / "docs"
TABLE = re.compile(r"(?<=<!-- make bench -->\n).*?(?=<!-- end of make bench -->)", re.DOTALL)
CLASS = re.compile(r"(?<=<!-- make bench, a class -->\n).*?(?=<!-- end of a class -->)", re.DOTALL)
STUDENTS, GPT_ROW = 30, 2  # the row of the size of the preset GPT
MEGABYTE = 1_000_000  # characters
FASTEST = 30.0  # milliseconds for so many, at most
LARGE = GPTConfig(65, block_size=64, n_embd=128, n_layer=4)


def rows(corpus: Corpus, pairs: int) -> Iterator[Pairs]:
    """Every row of the table."""
    yield from steps.measured(corpus, pairs)
    with one_thread():
        for title, config in (("writing, window of 8", GPTConfig(65)), ("writing, window of 64", LARGE)):
            yield writing(title, config, pairs)
        yield judging(corpus, pairs)
        yield reading(corpus, pairs)


def writing(title: str, config: GPTConfig, pairs: int) -> Pairs:
    """A window full of characters, from one on: with a cache of keys and values, and computed anew each time."""
    model = build(config).eval()
    theirs = lecture.in_the_lecture_s_style(model)
    one = torch.zeros((1, 1), dtype=torch.long)

    def anew(times: int) -> None:
        for _ in range(times):
            lecture.generate(theirs, one, config.block_size - 1, config.block_size, generator(1))

    def cached(times: int) -> None:
        for _ in range(times):
            list(generate(model, one, config.block_size - 1, generator=generator(1)))

    return in_turn(title, anew, cached, pairs)


def judging(corpus: Corpus, pairs: int) -> Pairs:
    """The val loss of 200 batches of 32 windows of 8."""
    model = build(GPTConfig(65))
    theirs, batch = lecture.in_the_lecture_s_style(model), partial(lecture.get_batch, corpus.val, 32, 8)
    return in_turn(
        "val loss of 200 batches",
        lambda times: [lecture.estimate_loss(theirs, batch) for _ in range(times)],
        lambda times: [estimate_loss(model, corpus, "val") for _ in range(times)],
        pairs,
    )


def reading(corpus: Corpus, pairs: int) -> Pairs:
    """A million characters as ids, the vocabulary found first."""
    text = (corpus.text * (1 + MEGABYTE // len(corpus.text)))[:MEGABYTE]
    return in_turn(
        "1 MB of text to ids",
        lambda times: [lecture.encode(text) for _ in range(times)],
        lambda times: [ids_of(text, CharTokenizer.from_text(text)) for _ in range(times)],
        pairs,
    )


def report(found: list[Pairs], beside: dict[str, Any]) -> dict[str, Any]:
    """All of it as JSON holds it."""
    return {"machine": machine(), "rows": [one.plain() for one in found], **beside}


def milliseconds(value: float) -> str:
    """Three figures, and never a power of ten."""
    return f"{value:.3g} ms" if value < 1_000 else f"{value:,.0f} ms"


def table(about: dict[str, Any]) -> str:
    """The table of the README."""
    head = "| one thread, in turn | the lecture's code | tinygpt | times as fast (quartiles) |\n|---|---|---|---|\n"
    lines = [
        f"| {one['title']} | {milliseconds(one['theirs'])} | {milliseconds(one['ours'])} | **{one['ratio']:.2f}** "
        f"({one['quartiles'][0]:.2f} to {one['quartiles'][1]:.2f}) |\n"
        for one in about["rows"]
    ]
    where, judging = about["machine"], dict(about["judging"])
    short = judging.pop(evaluation.SHORT)
    missed = [f"{one['title']} ({one['goal']:g})" for one in about["rows"] if one["ratio"] < (one["goal"] or 0)]
    goals = f" Not as fast as we aimed for: {'; '.join(missed)}." if missed else ""
    beside = (
        f"\nOn {where['cores']} cores of {where['processor']}, Python {where['python']}, torch {where['torch']}. "
        f"A run of a preset spends at most {max(judging.values()):.1%} of its time on being judged, the short speedrun "
        f"{short:.0%}. A step needs "
        f"{about['memory']['by hand'] / about['memory']['autograd']:.2f} times the memory that autograd needs.{goals}\n"
    )
    return head + "".join(lines) + beside


def class_time(about: dict[str, Any]) -> str:
    """How long a class trains, in a sentence of the README."""
    preset = PRESETS["layer-norm"]
    assert preset.model == steps.SIZES[GPT_ROW].model
    seconds = about["rows"][GPT_ROW]["ours"] / 1_000 * preset.train.max_steps / (1 - about["judging"][preset.title])
    return (
        f"A GPT of {preset.train.max_steps:,} steps takes {seconds:.0f} s of one core where the table below was "
        f"measured, so thirty of\nthem about {STUDENTS * seconds / 2 / 60:.0f} minutes of two.\n"
    )


def drawing(about: dict[str, Any]) -> str:
    """The ratios as bars with their quartiles, a Vega-Lite spec drawn as SVG."""
    p = PALETTE["light"]
    values = [
        {"what": one["title"], "times": one["ratio"], "low": one["quartiles"][0], "high": one["quartiles"][1],
         "said": f"{one['ratio']:.1f} \u00d7"}
        for one in about["rows"]
    ]  # fmt: skip
    y = {"field": "what", "type": "nominal", "sort": None, "axis": {"title": None, "labelLimit": 320}}
    bars = {**_across("times"), "axis": {"title": "times as fast as the lecture's code", "grid": False, "tickCount": 6}}
    layer = [
        {"mark": {"type": "bar", "height": 16, "color": p.plum}, "encoding": {"y": y, "x": bars}},
        {"mark": {"type": "rule", "color": p.ink}, "encoding": {"y": y, "x": _across("low"), "x2": {"field": "high"}}},
        {
            "mark": {"type": "text", "align": "left", "dx": 10, "color": p.ink, "fontWeight": 600, "fontSize": 13},
            "encoding": {"y": y, "x": _across("high"), "text": {"field": "said"}},
        },
        {
            "data": {"values": [{"one": 1}]}, "mark": {"type": "rule", "strokeDash": [4, 4], "color": p.muted},
            "encoding": {"x": _across("one")},
        },
    ]  # fmt: skip
    axis = {"labelFontSize": 13, "titleFontSize": 13, "labelColor": p.ink, "titleColor": p.muted}
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json", "data": {"values": values}, "layer": layer,
        "width": 420, "height": {"step": 30}, "background": p.paper, "padding": 16,
        "config": {"font": "sans-serif", "axis": axis, "view": {"stroke": None}},
    }  # fmt: skip
    return vl_convert.vegalite_to_svg(json.dumps(spec), allowed_base_urls=[])


def _across(field: str) -> dict[str, str]:
    return {"field": field, "type": "quantitative"}


def main() -> None:
    """Measure all of it, write it down, and say which goals were missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=9)
    corpus, goals, found = load_corpus(default_corpus()), Goals(), []
    for one in rows(corpus, parser.parse_args().pairs):
        print(one.line(), flush=True)
        goals.at_least(one.goal or 0.0, one.ratio, f"{one.title}: times as fast as the lecture's code")
        found.append(one)
    goals.at_most(FASTEST, found[-1].ours, "milliseconds for 1 MB of text")
    shares, (autograd, by_hand) = evaluation.shares(corpus), memory.peaks()
    most = max(share for title, share in shares.items() if title != evaluation.SHORT)
    goals.at_most(evaluation.MOST, most, "share of a run's time that goes into judging it")
    goals.at_most(1.0, by_hand / autograd, "memory of a step by hand, beside autograd")
    windows = {preset.title: windows_to_judge(preset.spec(corpus.name, 65)) for preset in PRESETS.values()}
    memories = {"autograd": autograd, "by hand": by_hand}
    about = report(found, {"judging": shares, "windows": windows, "memory": memories})
    (DOCS / "bench.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    (DOCS / "bench.svg").write_text(drawing(about), encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    written = CLASS.sub(lambda _: class_time(about), TABLE.sub(lambda _: table(about), readme))
    README.write_text(written, encoding="utf-8")
    print(table(about))
    goals.settle()


if __name__ == "__main__":
    main()
