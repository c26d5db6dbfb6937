"""The last scene of lesson 6: train the model on screen, and ask what a low loss proves."""

from dataclasses import replace
from functools import lru_cache

import streamlit as st
import torch

from tinygpt.corpus import default_corpus, load_corpus
from tinygpt.counting import SMOOTHING, ngram_keys
from tinygpt.gpt import GPTConfig
from tinygpt.lessons.measured import EXPERIMENTS, RATES, counted, counts_of_pairs_and_triples, result
from tinygpt.models import ModelConfig, count_parameters
from tinygpt.training.evaluation import FINAL_BATCHES, LIVE_BATCHES
from tinygpt.training.loop import advance
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import RunSpec, look_every
from tinygpt.ui import controls, session
from tinygpt.ui.lessons.transformer.parts import name_of
from tinygpt.ui.scene import Showing, explain, margin, scene
from tinygpt.ui.train import launch, live
from tinygpt.words.storyboard import Facts, Scene

STYLE = """<style>
@media (max-width: 640px) { .st-key-stage_tra_9 .st-key-stage { flex-direction: column; } }
</style>"""  # a phone has no room for the curve beside what is written
STEPS = 2_000
INTERVAL = 300  # steps between two looks in the second study notebook
EARLY = 500  # steps after which two learning rates are compared
FOURS = 4  # from here on, counting one character more hardly helps on hidden text
# The last model of the lecture ("scaled up"), and the val loss that it states. Here it would train for days.
LARGE, LARGE_LOSS = GPTConfig(block_size=256, n_embd=384, n_head=6, n_layer=6, dropout=0.2), 1.48


@scene("tra-9", code=[advance])
def train_it(scene: Scene, config: ModelConfig) -> Showing:
    """The controls of a run of the model on screen, the stage of the laboratory, and what its loss does not prove."""
    facts = loss_facts(scene)
    yield facts
    st.markdown(scene.write("model", {"name": name_of(config), "numbers": count_parameters(config)}))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.container(width=180):
            max_steps = controls.of_training("max_steps", STEPS)
        with st.container(width=180):
            learning_rate = controls.of_training("learning_rate", PRESETS["layer-norm"].train.learning_rate)
        with st.container(width=140):
            seed = controls.seed()
        spec = spec_of(config, max_steps, learning_rate, seed)
        with st.container(width=170):
            st.markdown(f":gray[{launch.time_words([spec])}]")
            order = ("train", _train, spec)
            st.button("Train", type="primary", key="train", width="stretch", on_click=session.order, args=order)
    if words := session.answer("train"):
        st.text(words)
    st.html(STYLE)
    live.live_stage(max_steps, None)
    with margin():
        st.markdown(scene.plain("then", facts))
        st.markdown(scene.plain("try", facts))
    explain(scene, facts)


def spec_of(config: ModelConfig, max_steps: int, learning_rate: float, seed: int) -> RunSpec:
    """The lecture's way to train, on the text of this server."""
    train = replace(
        PRESETS["layer-norm"].train, max_steps=max_steps, learning_rate=learning_rate, seed=seed,
        eval_interval=look_every(max_steps),
    )  # fmt: skip
    return RunSpec(config, train, default_corpus())


def _train(spec: RunSpec) -> None:
    name = session.free_name(name_of(spec.model))
    session.watch(session.engine().submit(spec, student=session.student(), name=name))


def loss_facts(scene: Scene) -> Facts:
    """What counting reaches, what the models reach, and what other learning rates made of them."""
    floors, triples = counted()[0], counts_of_pairs_and_triples()[1]
    pairs, fours, fives = floors["2-gram"].val, floors[f"{FOURS}-gram"], floors[f"{FOURS + 1}-gram"]
    slow, heads = result("gpt"), {rate: result(f"rate-{rate}") for rate in RATES}
    ends = [
        scene.plain("given_up" if one.note else "ended", {"rate": rate, "loss": one.val_loss, "step": one.steps[-1]})
        for rate, one in heads.items()
    ]
    fast = result("gpt-rate-0.003")
    fast_early = dict(zip(fast.steps, fast.val, strict=True))[EARLY]
    slow_step, slow_loss = next(look for look in zip(slow.steps, slow.val, strict=True) if look[1] <= fast_early)
    return {
        "numbers": count_parameters(PRESETS["layer-norm"].model), "gpt": slow.val_loss, "pairs": pairs,
        "triples": floors["3-gram"].val, "counts": len(triples.grams.keys),
        "shorter": FOURS, "longer": FOURS + 1, "train_shorter": fours.train, "train_longer": fives.train,
        "val_shorter": fours.val, "val_longer": fives.val,
        "new_shorter": never_before(FOURS, default_corpus()), "new_longer": never_before(FOURS + 1, default_corpus()),
        "large": count_parameters(LARGE) / 1e6, "large_loss": LARGE_LOSS,
        "rates": "\n".join(ends), "early": EARLY, "smoothing": SMOOTHING[FOURS], "interval": INTERVAL,
        "eval_iters": FINAL_BATCHES, "final": FINAL_BATCHES, "live": LIVE_BATCHES,
        "rate_too_high": next((rate for rate, one in heads.items() if one.val_loss > pairs), RATES[-1]),
        "rate_usual": EXPERIMENTS["gpt"].train.learning_rate,
        "rate_faster": EXPERIMENTS["gpt-rate-0.003"].train.learning_rate, "fast_early": fast_early,
        "slow": slow_step, "slow_loss": slow_loss,
    }  # fmt: skip


@lru_cache(maxsize=4)
def never_before(n: int, text: str) -> float:
    """The share of the hidden text's pieces of n characters that never occurred in its training text."""
    corpus = load_corpus(text)
    train, val = (ngram_keys(ids, n, corpus.tokenizer.vocab_size) for ids in (corpus.train, corpus.val))
    return 1 - float(torch.isin(val, train).float().mean())
