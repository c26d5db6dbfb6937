"""One head laid open: the notebook's numbers, a model's own numbers, and what small experiments must show."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.gpt import GPTConfig, GPTLanguageModel, scale_factor
from tinygpt.inside.heads import (
    LooseHead,
    ModelHead,
    SeenHead,
    cross_attention,
    evenness_untrained,
    future_share,
    moved,
    notebook_head,
    plane_of,
    put_back,
    untrained_head,
)
from tinygpt.models import build
from tinygpt.probes import capture
from tinygpt.variance import effective_characters

EIGHT = torch.arange(8)
REVERSED = EIGHT.flip(0)
BARE = {"projection": False, "feed_forward": 0, "layer_norm": False}


def model(**parts: object) -> GPTLanguageModel:
    """A small model that nobody trained; its numbers are as good as any to check arithmetic."""
    built = build(GPTConfig(**({"n_embd": 16, "n_head": 2, "n_layer": 2} | parts)), seed=5)  # type: ignore[arg-type]
    assert isinstance(built, GPTLanguageModel)
    return built.eval()


def see(head: LooseHead | ModelHead, ids: torch.Tensor = EIGHT, **rules: object) -> SeenHead:
    return head.see(ids, **rules)  # type: ignore[arg-type]


def test_the_notebooks_values_come_out():
    v = see(notebook_head()).v
    torch.testing.assert_close(v[0, :4], torch.tensor([-0.1571, 0.8801, 0.1615, -0.7824]), atol=5e-5, rtol=0)
    torch.testing.assert_close(v[1, :4], torch.tensor([0.83212, -0.81437, -0.32425, 0.51913]), atol=5e-6, rtol=0)


def test_the_notebooks_wei_comes_out_with_its_slip():
    wei = see(notebook_head(), dim=1).stages.weights
    assert wei[0, 0].item() == pytest.approx(0.0248, abs=5e-5)  # it should be 1
    torch.testing.assert_close(wei[7, 3:], torch.tensor([0.5013, 0.0117, 0.1336, 0.7671, 1.0]), atol=5e-5, rtol=0)
    assert wei[5].sum().item() == pytest.approx(1.71, abs=0.005)
    torch.testing.assert_close(wei.sum(0), torch.ones(8))


def test_without_the_slip_the_notebooks_rows_sum_to_one():
    weights = see(notebook_head()).stages.weights
    torch.testing.assert_close(weights.sum(1), torch.ones(8))
    assert weights[0, 0] == 1


def test_the_four_sequences_of_the_notebook_do_not_talk_to_each_other():
    head = notebook_head()
    assert not torch.equal(see(head).out, see(head, EIGHT + 8).out)
    alone = see(head, EIGHT + 16).out
    head.tokens[:8] += 10  # another sequence of the batch
    assert torch.equal(see(head, EIGHT + 16).out, alone)


@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("head", [0, 1])
def test_a_head_of_a_model_is_seen_as_the_model_computed_it(layer, head):
    gpt = model()
    seen = ModelHead(gpt, layer, head).see(EIGHT)
    captured = capture(gpt, EIGHT[None])
    torch.testing.assert_close(seen.stages.weights, captured[f"blocks.{layer}.attention.weights"][0, head])
    torch.testing.assert_close(seen.stages.scores, captured[f"blocks.{layer}.attention.scores"][0, head])
    assert seen.guesses is not None
    torch.testing.assert_close(seen.guesses, gpt(EIGHT[None])[0].detach().softmax(-1)[0])


@pytest.mark.parametrize("layer", [0, 1])
def test_query_key_and_value_are_linear_images_of_x(layer):
    gpt = model()
    seen = ModelHead(gpt, layer, 1).see(EIGHT)
    matrices = gpt.blocks[layer].attention.qkv.weight.view(3, 2, 8, 16)[:, 1]  # (3, hs, C): query, key, value
    for image, matrix in zip((seen.q, seen.k, seen.v), matrices, strict=True):
        torch.testing.assert_close(image, seen.x @ matrix.T)


def test_the_output_of_a_bare_head_is_what_its_model_reads_next_characters_from():
    gpt = model(n_head=1, n_layer=1, residual=False, **BARE)
    seen = ModelHead(gpt).see(EIGHT)
    assert seen.guesses is not None
    torch.testing.assert_close(gpt.lm_head(seen.out).softmax(-1), seen.guesses)


def test_looking_under_other_rules_leaves_the_model_as_it_is():
    gpt = model()
    before, config = {name: value.clone() for name, value in gpt.state_dict().items()}, gpt.config
    see(ModelHead(gpt), positions=False, mask=False, dim=1, scale="none")
    assert gpt.config is config and all(torch.equal(before[name], value) for name, value in gpt.state_dict().items())


def test_the_rules_are_those_of_the_whole_model():
    gpt = model()
    open_to_all = build(GPTConfig(n_embd=16, n_head=2, n_layer=2, mask=False), seed=5)
    seen = see(ModelHead(gpt), mask=False)
    assert seen.guesses is not None
    torch.testing.assert_close(seen.guesses, open_to_all(EIGHT[None])[0].detach().softmax(-1)[0])


@pytest.mark.parametrize("head", [ModelHead(model(), 1, 1), untrained_head(4, seed=3), notebook_head()])
def test_a_new_last_letter_changes_the_last_position_only_unless_columns_are_normalized(head):
    other = torch.tensor([0, 1, 2, 3, 4, 5, 6, 20])
    assert (moved(see(head), see(head, other)) > 0).tolist() == [False] * 7 + [True]
    slip = moved(see(head, dim=1), see(head, other, dim=1))
    assert (slip[:7] > 1e-6).any(), "the future leaks in through the sum"
    assert ((slip >= 0) & (slip <= 1)).all()


@given(seed=st.integers(0, 99), order=st.permutations(range(8)))
def test_without_mask_and_positions_a_head_sees_a_set_and_not_a_line(seed, order):
    head, shuffled = untrained_head(8, seed=seed), torch.tensor(order)
    rules = {"positions": False, "mask": False}
    there = put_back(see(head, shuffled, **rules).stages.weights, shuffled)
    torch.testing.assert_close(there, see(head, **rules).stages.weights)


@pytest.mark.parametrize("head", [ModelHead(model(), 1), untrained_head(), notebook_head(positions=True)])
@pytest.mark.parametrize("rules", [{"positions": True, "mask": False}, {"positions": False, "mask": True}])
def test_positions_and_the_mask_each_let_the_place_count(head, rules):
    there = put_back(see(head, REVERSED, **rules).stages.weights, REVERSED)
    assert (there - see(head, **rules).stages.weights).abs().max() > 0.01


def test_a_whole_model_without_mask_and_positions_sees_a_set_too():
    head, rules = ModelHead(model(), 1, 1), {"positions": False, "mask": False}
    there = put_back(see(head, REVERSED, **rules).stages.weights, REVERSED)
    torch.testing.assert_close(there, see(head, **rules).stages.weights)


@given(asking=st.integers(1, 8), answering=st.integers(1, 8))
def test_another_text_answers_with_a_column_for_each_of_its_characters(asking, answering):
    head = untrained_head(4)
    weights, out = cross_attention(see(head, EIGHT[:asking]), see(head, 10 + EIGHT[:answering]))
    assert weights.shape == (asking, answering) and out.shape == (asking, 4)
    torch.testing.assert_close(weights.sum(-1), torch.ones(asking))


def test_a_text_that_asks_itself_is_an_encoder():
    seen = see(untrained_head(4), mask=False)
    weights, out = cross_attention(seen, seen)
    torch.testing.assert_close(weights, seen.stages.weights)
    torch.testing.assert_close(out, seen.out)


def test_an_untrained_head_is_nearly_the_plain_average():
    for seed in range(5):
        last = effective_characters(see(untrained_head(16, seed=seed)).stages.weights)[-1]
        assert 4 < last <= 8, "training starts from lesson 3"


def test_what_a_row_gives_to_the_future():
    even = torch.full((4, 4), 0.25)
    torch.testing.assert_close(future_share(even), torch.tensor([0.75, 0.5, 0.25, 0.0]))
    assert not future_share(see(untrained_head()).stages.weights).any()


def test_the_last_row_is_the_same_with_and_without_the_mask():
    with_mask, without = (see(notebook_head(), mask=mask).stages.weights for mask in (True, False))
    torch.testing.assert_close(with_mask[-1], without[-1])
    assert not torch.allclose(with_mask[:-1], without[:-1])


@pytest.mark.parametrize(
    ("scale", "factor"),
    [("none", 1), ("1/sqrt(head_size)", 1 / 4), ("1/sqrt(n_embd)", 1 / math.sqrt(32)), ("1/head_size", 1 / 16)],
)
def test_every_scale_by_hand(scale, factor):
    head = untrained_head(16)  # it reads 32 channels
    plain, scaled = see(head).stages.scores, see(head, scale=scale)
    assert scaled.factor == pytest.approx(factor)
    torch.testing.assert_close(scaled.stages.scaled, plain * factor)


def test_one_scale_is_the_same_number_in_a_model_and_out_of_it():
    config = GPTConfig(n_embd=24, n_head=3)
    for scale in ("1/sqrt(head_size)", "none", "1/sqrt(n_embd)", "1/head_size"):
        seen = see(ModelHead(model(n_embd=24, n_head=3)), scale=scale)
        assert seen.factor == pytest.approx(scale_factor(scale, head_size=config.head_size, n_embd=24))


def test_the_same_seed_gives_the_same_head_whatever_else_was_drawn():
    torch.rand(3)
    again = see(untrained_head(16, seed=7)).out
    assert torch.equal(again, see(untrained_head(16, seed=7)).out)
    assert not torch.equal(again, see(untrained_head(16, seed=8)).out)


@pytest.mark.parametrize("head", [untrained_head(4), notebook_head()])
def test_x_times_the_matrices_is_query_key_and_value(head):
    seen = head.see(torch.arange(5))
    for matrix, made in zip(head.matrices, (seen.q, seen.k, seen.v), strict=True):
        torch.testing.assert_close(seen.x @ matrix, made)


def test_the_matrices_of_each_head_of_a_model_make_what_it_computes():
    two_layers = model()
    for layer in range(2):
        for number in range(2):
            head = ModelHead(two_layers, layer, number)
            seen = head.see(torch.arange(6))
            for matrix, made in zip(head.matrices, (seen.q, seen.k, seen.v), strict=True):
                torch.testing.assert_close(seen.x @ matrix, made)


def test_the_plane_of_a_query_keeps_its_scores_and_turning_it_turns_them():
    q, k = torch.tensor([3.0, 4.0, 0.0]), torch.tensor([[3.0, 4.0, 1.0], [-4.0, 3.0, 0.0], [0.0, 0.0, 2.0]])
    flat = plane_of(q, k)
    assert flat.length == 5
    torch.testing.assert_close(flat.scores(), k @ q)
    torch.testing.assert_close(flat.scores(180), -(k @ q), atol=1e-5, rtol=0)
    torch.testing.assert_close(flat.query(90).norm(), torch.tensor(5.0))
    assert flat.keys[0, 0] == 5  # its shadow on the query: it points the same way
    assert 0 < flat.kept < 1  # the keys need three directions


def test_keys_that_lie_in_a_plane_lose_nothing_in_it():
    q, k = torch.tensor([1.0, 0.0]), torch.tensor([[2.0, 1.0], [0.0, -3.0]])
    flat = plane_of(q, k)
    assert flat.kept == pytest.approx(1)
    assert flat.keys.abs().tolist() == k.abs().tolist()


def test_a_row_before_training_is_rather_even_over_many_seeds():
    mean, spread = evenness_untrained(torch.arange(8), 16, seeds=range(40))
    assert 6 < mean < 7.5 and 0.3 < spread < 1.2
    assert evenness_untrained(torch.arange(1), 16, seeds=range(3)) == (1, 0)
