"""What is refused on a shared server, and that every way out that a refusal names is one."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygpt.bigram import MAX_VOCABULARY, BigramConfig
from tinygpt.engine.limits import MAX_NUMBERS, check_plan, check_run, small_enough, too_large
from tinygpt.experiments.ladder import ladder_plan, rungs
from tinygpt.experiments.sweep import sweep
from tinygpt.gpt import GPTConfig
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import BATCH_SIZES, RunSpec, TrainConfig

BIGRAM = RunSpec(BigramConfig(3_511), TrainConfig())


@st.composite
def offered(draw) -> RunSpec:
    """A run as the controls of a page can ask for it, on a text of any size of alphabet."""
    batch, block, V = (
        draw(st.sampled_from(BATCH_SIZES)),
        draw(st.integers(1, 128)),
        draw(st.integers(1, MAX_VOCABULARY)),
    )
    if draw(st.booleans()):
        return RunSpec(BigramConfig(V, block), TrainConfig(batch_size=batch))
    head = draw(st.integers(1, 8))
    widths = [width for width in range(8, 257, 8) if width % head == 0]
    model = GPTConfig(V, block, draw(st.sampled_from(widths)), head, draw(st.integers(1, 8)))
    return RunSpec(model, TrainConfig(batch_size=batch))


def ways(refusal: str) -> list[RunSpec]:
    """Not the specs but the changes that a refusal names, each alone or all together."""
    words = refusal[refusal.index("Choose ") + len("Choose ") : -1]
    return [dict((name, int(value)) for name, value in re.findall(r"(\w+) (\d+)", way)) for way in words.split(" or ")]


@settings(max_examples=60)
@given(offered())
def test_every_way_out_of_a_refusal_is_accepted(spec):
    try:
        check_run(spec)
    except ValueError as error:
        refusal = str(error)
    else:
        return
    if found := re.search(r"a text with at most ([\d,]+) different characters", refusal):
        assert not too_large(spec.for_vocabulary(V := int(found[1].replace(",", "")))), refusal
        assert too_large(spec.for_vocabulary(V + 1)), refusal
        return
    for changes in ways(refusal):
        assert changes and small_enough(spec, changes), refusal


def test_a_table_of_too_many_pairs_can_only_have_another_text():
    with pytest.raises(ValueError, match=r"parameters.* Choose a text with at most 1,732 different characters\.$"):
        check_run(BIGRAM)


def test_each_setting_that_suffices_is_named_with_its_largest_value():
    wide = RunSpec(GPTConfig(65, n_embd=256, n_head=4, n_layer=8), TrainConfig())
    with pytest.raises(ValueError, match=r"Choose n_embd 168 or n_layer 3\.$"):
        check_run(wide)


def test_the_scores_of_many_characters_count():
    """Fault 11: 4,096 characters, n_embd 8, one head, one layer, block 128, batch 128 took 1.43 GB."""
    large = RunSpec(GPTConfig(4_096, 128, 8, 1, 1), TrainConfig(batch_size=128))
    assert 128 * 128 * 4_096 > MAX_NUMBERS
    with pytest.raises(ValueError, match=r"16,384 characters in a batch.* Choose batch_size \d+ or block_size \d+\.$"):
        check_run(large)
    check_run(replace(large, model=replace(large.model, block_size=8)))


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_but_the_table_fits_the_largest_alphabet(name):
    assert bool(too_large(PRESETS[name].spec("text", MAX_VOCABULARY))) == (name == "bigram")


def test_an_experiment_names_only_what_its_form_has():
    with pytest.raises(ValueError, match=r"^bigram: .* Choose a text with at most 1,732 different characters\.$"):
        check_plan(ladder_plan(rungs("text", 3_511, steps=10, most_steps=10), (1,)))
    deep = GPTConfig(65, n_embd=128, n_layer=6)
    with pytest.raises(ValueError, match=r"^block_size 64.*Leave this value out\.$"):
        check_plan(sweep(RunSpec(deep, TrainConfig(batch_size=128)), {"block_size": (8, 64)}, (1,)).plan)
