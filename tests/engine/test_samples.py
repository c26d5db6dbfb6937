"""What is kept of what a model wrote on its way."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.engines import KEY, V, finished, in_process
from tests.waiting import until
from tinygpt.bigram import BigramConfig
from tinygpt.engine.runs import RunStore
from tinygpt.engine.samples import MOST, Sample, with_samples
from tinygpt.training.spec import RunSpec, TrainConfig

RUN = "0" * 32
steps_of = st.lists(st.integers(1, 20_000), min_size=1, max_size=200, unique=True).map(sorted)


@given(steps_of)
def test_the_first_and_the_newest_stay_and_never_too_many(steps):
    kept = with_samples((), [Sample(step, str(step)) for step in steps])
    assert len(kept) == min(MOST, len(steps))
    assert (kept[0].step, kept[-1].step) == (steps[0], steps[-1])
    assert [sample.step for sample in kept] == sorted(sample.step for sample in kept)
    assert all(sample.text == str(sample.step) for sample in kept)


@given(steps_of, st.integers(0, 200))
def test_it_does_not_matter_in_how_many_pieces_they_came(steps, cut):
    samples = [Sample(step, "") for step in steps]
    assert with_samples(with_samples((), samples[:cut]), samples[cut:]) == with_samples((), samples)


def test_of_a_long_run_they_are_as_close_at_its_beginning_as_at_its_end_by_factors():
    kept = with_samples((), [Sample(step, "") for step in range(100, 20_001, 100)])
    below = [sum(low < sample.step <= 2 * low for sample in kept) for low in (100, 800, 3_200, 10_000)]
    assert min(below) >= 1 and max(below) <= 9, below


def test_a_run_that_goes_on_from_an_earlier_state_writes_again():
    kept = with_samples((), [Sample(10, "a"), Sample(20, "b"), Sample(30, "c"), Sample(20, "d")])
    assert kept == (Sample(10, "a"), Sample(20, "d"))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


@given(st.lists(st.tuples(st.integers(0, 10**6), texts), max_size=9))
def test_what_is_stored_is_read_again_up_to_a_step(tmp_path_factory, pairs):
    store = RunStore(tmp_path_factory.mktemp("runs"))
    store.home(RUN).mkdir(parents=True)
    samples = [Sample(step, text) for step, text in sorted(dict(pairs).items())]
    for sample in samples:
        store.append_sample(RUN, sample)
    assert store.samples(RUN) == tuple(samples)
    assert store.samples(RUN, most=1_000) == tuple(sample for sample in samples if sample.step <= 1_000)


@pytest.mark.parametrize("line", [
    b"", b"{", b"null", b"[]", b"3", b'{"step": 1}', b'{"step": -1, "text": ""}', b'{"step": 1.5, "text": ""}',
    b'{"step": true, "text": ""}', b'{"step": 1, "text": null}', b'{"step": 1, "text": "\\ud800"}', b"\xff\xfe",
    b'{"step": 1e999, "text": ""}', b"[" * 100_000, json.dumps({"step": 1, "text": "a" * 1_001}).encode(),
])  # fmt: skip
def test_a_torn_line_or_nonsense_is_left_out(tmp_path, line):
    store = RunStore(tmp_path)
    store.home(RUN).mkdir(parents=True)
    (store.home(RUN) / "samples.jsonl").write_bytes(Sample(1, "a").to_json().encode() + b"\n" + line + b"\n")
    store.append_sample(RUN, Sample(2, "b"))
    assert store.samples(RUN) == (Sample(1, "a"), Sample(2, "b"))


def test_what_a_run_wrote_survives_a_restart_and_its_next_steps_go_on_from_there(tmp_path):
    spec = RunSpec(BigramConfig(V), TrainConfig(max_steps=30, eval_interval=10, batch_size=4), KEY)
    with in_process(tmp_path) as engine:
        run = engine.submit(spec, "ann")
        engine.scheduler.pause(run)
        for _ in range(4):
            until(lambda: not engine.scheduler.view(run).busy)
            engine.scheduler.step(run)
        until(lambda: not engine.scheduler.view(run).busy)
        before, step = engine.scheduler.samples(run), engine.scheduler.view(run).step
        assert [sample.step for sample in before] == [0, *range(step - 3, step + 1)]
    with in_process(tmp_path) as engine:
        view = engine.scheduler.view(run)
        assert (view.status, view.step, view.sample, view.sample_step) == ("interrupted", step, before[-1].text, step)
        assert engine.scheduler.samples(run) == before
        engine.scheduler.resume(run)
        assert finished(engine, run).status == "finished"
        whole = engine.scheduler.samples(run)
        assert whole[: len(before)] == before and whole[-1].step == 30
    with in_process(tmp_path) as engine:
        assert engine.scheduler.view(run).sample == whole[-1].text
        assert engine.scheduler.samples(run) == whole
        engine.scheduler.delete(run)
        engine.scheduler.flush()
        assert not engine.scheduler.store.home(run).exists()


def test_a_run_of_before_has_its_last_sample_alone(tmp_path):
    with in_process(tmp_path) as engine:
        run = engine.submit(RunSpec(BigramConfig(V), TrainConfig(max_steps=5, eval_interval=5, batch_size=4), KEY))
        finished(engine, run)
        (engine.scheduler.store.home(run) / "samples.jsonl").unlink()
    with in_process(tmp_path) as engine:
        (sample,) = engine.scheduler.samples(run)
        assert (sample.step, len(sample.text)) == (5, 120)
