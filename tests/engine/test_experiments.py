"""Several runs that belong together: begun at once or not at all, seen as one, and each still the run it would be."""

import json
import os
import signal
import uuid
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.engine.engines import CORPUS, KEY, V, assert_equal_to_one_piece, in_process, on_loky, slices_made
from tests.waiting import until
from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.model_file import load
from tinygpt.engine.description import Membership, RunDescription
from tinygpt.engine.experiments import descriptions_of, run_name
from tinygpt.engine.limits import MAX_LIVE, MAX_RUNS, MAX_STEPS, MAX_STEPS_IN_ALL, check_plan
from tinygpt.engine.records import NoSuchRun
from tinygpt.engine.run_table import RunTable
from tinygpt.engine.runs import RunStore
from tinygpt.experiments.plan import Plan, PlannedRun
from tinygpt.gpt import GPTConfig
from tinygpt.texts.own import keep_text
from tinygpt.training.spec import RunSpec, TrainConfig

SHORT = TrainConfig(max_steps=30, eval_interval=15, batch_size=4, same_batches=True)
MODELS = {
    "bigram": BigramConfig(V),
    **{f"{n} heads": GPTConfig(V, n_embd=16, n_head=n, n_layer=1, dropout=0.1) for n in (1, 2, 4, 8, 16)},
}
SEEDS = (1337, 1, 2)


def plan_of(train=SHORT, models=MODELS, seeds=SEEDS, title="The ladder race"):
    specs = [
        (label, RunSpec(model, replace(train, seed=seed), KEY)) for label, model in models.items() for seed in seeds
    ]
    return Plan("ladder", title, tuple(PlannedRun(*pair) for pair in specs))


LADDER = plan_of()
ENDLESS = plan_of(replace(SHORT, max_steps=MAX_STEPS, eval_interval=5_000))  # 18 x 20,000 steps: just within the limit


@pytest.fixture(
    scope="module", params=[in_process, pytest.param(on_loky, marks=pytest.mark.slow)], ids=["in process", "loky"]
)
def scheduler(request, tmp_path_factory):
    with request.param(tmp_path_factory.mktemp("runs")) as engine:
        yield engine.scheduler


@pytest.fixture
def student():
    return uuid.uuid4().hex


def ended(scheduler, experiment):
    """Wait for the end of an experiment; its view then, with everything on disk."""
    until(lambda: scheduler.experiment(experiment).status == "ended")
    scheduler.flush()
    return scheduler.experiment(experiment)


def at_rest(scheduler, experiment):
    """Wait until no slice of it is in flight; its view then."""
    until(lambda: not any(run.busy for run in scheduler.experiment(experiment).runs))
    return scheduler.experiment(experiment)


def assert_as_planned(engine, experiment, plan):
    """Every run is, to the bit, what it would have been alone and in one piece."""
    runs = ended(engine.scheduler, experiment).runs
    assert [(run.label, run.spec) for run in runs] == [(planned.label, planned.spec) for planned in plan.runs]
    for run in runs:
        assert_equal_to_one_piece(engine, run.id, run.spec)


class Just:
    """What `assert_equal_to_one_piece` needs of an engine."""

    def __init__(self, scheduler):
        self.scheduler = scheduler


# --- beginning ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_six_variants_over_three_seeds_are_one_experiment(scheduler, student):
    experiment = scheduler.begin(LADDER, student=student)
    begun = scheduler.experiment(experiment)
    assert (begun.status, begun.max_steps, len(begun.runs)) == ("running", 18 * 30, 18)
    assert_as_planned(Just(scheduler), experiment, LADDER)
    view = ended(scheduler, experiment)
    assert (view.id, view.student, view.kind, view.title) == (experiment, student, "ladder", "The ladder race")
    assert (view.steps, view.max_steps, view.share, view.status) == (18 * 30, 18 * 30, 1.0, "ended")
    assert view.labels == tuple(MODELS)
    assert [run.slot for run in view.runs] == [slot for slot in range(6) for _ in SEEDS]
    assert [run.name for run in view.runs[:3]] == ["bigram · seed 1337", "bigram · seed 1", "bigram · seed 2"]
    assert {run.experiment for run in view.runs} == {experiment}
    assert scheduler.experiments(student) == [view]
    assert scheduler.runs(student) == list(view.runs)


def test_the_same_plan_twice_is_one_and_another_one_has_to_wait(scheduler, student):
    experiment = scheduler.begin(ENDLESS, student=student)
    assert scheduler.begin(ENDLESS, student=student) == experiment
    assert scheduler.begin(replace(ENDLESS, runs=ENDLESS.runs + ENDLESS.runs[:1]), student=student) == experiment
    for other in (LADDER, replace(ENDLESS, title="Another"), replace(ENDLESS, runs=ENDLESS.runs[1:])):
        with pytest.raises(ValueError, match=r"“The ladder race” is still on its way.*Stop it, or wait"):
            scheduler.begin(other, student=student)
    assert len(scheduler.experiments(student)) == 1
    classmate = uuid.uuid4().hex
    scheduler.delete(scheduler.begin(ENDLESS, student=classmate))
    scheduler.stop(experiment)
    again = scheduler.begin(ENDLESS, student=student)  # also while slices of the stopped one are in flight
    assert again != experiment
    scheduler.delete(experiment)
    scheduler.delete(again)
    assert scheduler.experiments(student) == []


def test_single_runs_and_an_experiment_do_not_count_against_each_other(scheduler, student):
    experiment = scheduler.begin(ENDLESS, student=student)
    specs = [ENDLESS.runs[i].spec for i in range(MAX_LIVE + 1)]
    single = [scheduler.submit(spec, student=student) for spec in specs[:MAX_LIVE]]
    assert not {run.id for run in scheduler.experiment(experiment).runs} & set(single)  # an equal spec, another run
    assert [(view.name, view.slot) for view in map(scheduler.view, single)] == [
        ("Run 1", 0),
        ("Run 2", 1),
        ("Run 3", 2),
    ]
    assert {(view.experiment, view.label) for view in map(scheduler.view, single)} == {("", "")}
    with pytest.raises(ValueError, match="3 runs on their way"):
        scheduler.submit(specs[-1], student=student)
    scheduler.delete(experiment)
    again = scheduler.begin(ENDLESS, student=student)
    scheduler.delete(again)
    for run in single:
        scheduler.delete(run)


def test_all_runs_begin_or_none(scheduler, student):
    wide = PlannedRun("far too wide", RunSpec(GPTConfig(V, n_embd=512, n_layer=8, n_head=8), SHORT, KEY))
    with pytest.raises(ValueError, match="far too wide: This model has .* parameters"):
        scheduler.begin(replace(LADDER, runs=(*LADDER.runs, wide)), student=student)
    assert scheduler.runs(student) == []


def test_what_is_too_large_together_is_refused_in_words():
    check_plan(ENDLESS)
    many = [replace(SHORT, seed=seed) for seed in range(MAX_RUNS + 1)]
    runs = [PlannedRun("a", RunSpec(BigramConfig(V), train, KEY)) for train in many]
    check_plan(replace(LADDER, runs=tuple(runs[:-1])))
    with pytest.raises(ValueError, match=f"61 runs; up to {MAX_RUNS} can be trained together"):
        check_plan(replace(LADDER, runs=tuple(runs)))
    with pytest.raises(ValueError, match=f"420,000 steps in all; up to {MAX_STEPS_IN_ALL:,}"):
        check_plan(plan_of(ENDLESS.runs[0].spec.train, models=dict.fromkeys("abcdefg", BigramConfig(V))))
    wide = {"wide": GPTConfig(V, n_embd=256, n_layer=3, n_head=4)}
    with pytest.raises(ValueError, match="parameters in all; up to 20,000,000"):
        check_plan(plan_of(models=wide, seeds=range(12)))


def test_a_long_label_is_cut_so_that_the_seed_stays():
    name = run_name(PlannedRun("n_embd 32 · n_layer 2 · learning_rate 1e-2", replace(LADDER.runs[0].spec)))
    assert name == "n_embd 32 · n_layer 2 · lear · seed 1337"
    assert len(name) == 40
    worst = TrainConfig(seed=2**63 - 1)
    assert run_name(PlannedRun("x" * 99, replace(LADDER.runs[0].spec, train=worst))).endswith(f" · seed {2**63 - 1}")


def test_descriptions_come_back_from_disk_in_the_order_of_the_plan(tmp_path):
    store, descriptions = RunStore(tmp_path), descriptions_of(plan_of(seeds=range(10)), uuid.uuid4().hex, "ann")
    for about in descriptions[::-1]:
        store.write_description(about)
    assert store.descriptions() == descriptions


# --- as a whole -----------------------------------------------------------------------------------------------------


def test_pause_and_resume_as_a_whole(scheduler, student):
    plan = plan_of(replace(SHORT, max_steps=200), models={"one": MODELS["1 heads"]})
    experiment = scheduler.begin(plan, student=student)
    scheduler.pause(experiment)
    view = at_rest(scheduler, experiment)
    assert {run.status for run in view.runs} == {view.status} == {"paused"}
    assert at_rest(scheduler, experiment).steps == view.steps < view.max_steps
    scheduler.pause(experiment)
    scheduler.resume(experiment)
    assert_as_planned(Just(scheduler), experiment, plan)


def test_a_stopped_experiment_keeps_its_models(scheduler, student):
    experiment = scheduler.begin(ENDLESS, student=student)
    until(lambda: scheduler.experiment(experiment).steps > 0)
    scheduler.stop(experiment)
    view = ended(scheduler, experiment)
    assert {run.status for run in view.runs} == {"stopped"}
    assert (view.share, view.steps) == (1.0, view.max_steps)  # nothing more will come
    for run in view.runs:
        if run.step:
            assert load(scheduler.model_bytes(run.id)).info["step"] == run.step
    scheduler.delete(experiment)


def test_runs_that_have_ended_or_gone_meanwhile_are_no_error(scheduler, student):
    experiment = scheduler.begin(plan_of(models={"one": BigramConfig(V)}), student=student)
    view = ended(scheduler, experiment)
    for command in (scheduler.pause, scheduler.resume, scheduler.stop):
        command(experiment)
    assert ended(scheduler, experiment) == view
    scheduler.delete(view.runs[1].id)
    scheduler.stop(experiment)
    assert scheduler.experiment(experiment).runs == (view.runs[0], view.runs[2])
    scheduler.delete(experiment)
    assert scheduler.experiment(experiment) is None


def test_an_experiment_deleted_in_mid_slice_leaves_nothing(scheduler, student):
    experiment = scheduler.begin(ENDLESS, student=student)
    ids = {run.id for run in scheduler.experiment(experiment).runs}
    until(lambda: scheduler.experiment(experiment).steps > 0)
    scheduler.delete(experiment)
    assert (scheduler.experiment(experiment), scheduler.experiments(student), scheduler.runs(student)) == (None, [], [])
    until(lambda: not ids & {worker.run for worker in scheduler.workers()})
    scheduler.flush()
    assert not [run for run in ids if scheduler.store.home(run).exists()]


@pytest.mark.parametrize("command", ["pause", "resume", "stop", "delete"])
def test_an_experiment_that_is_gone_is_answered_in_words(scheduler, command):
    for experiment in ("0" * 32, "", "../x"):
        with pytest.raises(NoSuchRun, match="does not exist any more"):
            getattr(scheduler, command)(experiment)
        assert scheduler.experiment(experiment) is None


def test_one_run_of_an_experiment_can_be_paused_alone(scheduler, student):
    experiment = scheduler.begin(ENDLESS, student=student)
    first = scheduler.experiment(experiment).runs[0].id
    scheduler.pause(first)
    assert (scheduler.view(first).status, scheduler.experiment(experiment).status) == ("paused", "running")
    scheduler.resume(first)
    assert scheduler.view(first).moving
    scheduler.delete(experiment)


# --- fair turns, counted in slices and without a clock --------------------------------------------------------------


@pytest.fixture
def table(tmp_path):
    table = RunTable(RunStore(tmp_path))
    yield table
    table.disk.close()


def slices_of(table, times):
    """How many of so many slices each group gets, on two lanes whose slices take exactly the seconds wanted."""
    return Counter(table.runs[run].about.group for run in slices_made(table, 2, times))


def begun(table, plan, student):
    experiment = uuid.uuid4().hex
    for about in descriptions_of(plan, experiment, student):
        table.add(about)
    return experiment


def single(table, student):
    about = RunDescription(uuid.uuid4().hex, student, "Run 1", ENDLESS.runs[0].spec, 0.0, 0)
    table.add(about)
    return about.id


def test_an_experiment_takes_no_more_than_the_single_run_of_another_student(table):
    race, alone = begun(table, ENDLESS, "ann"), single(table, "bob")
    had = slices_of(table, 400)
    assert 0.9 < had[race] / had[alone] < 1.15  # two of each of the race's runs are short


def test_an_experiment_takes_no_more_than_a_single_run_of_the_same_student(table):
    race, alone = begun(table, ENDLESS, "ann"), single(table, "ann")
    had = slices_of(table, 400)
    assert 0.9 < had[race] / had[alone] < 1.15


def test_the_curves_of_a_race_grow_together(table):
    begun(table, ENDLESS, "ann")
    slices_of(table, 18 * 5)
    assert {run.slices for run in table.runs.values()} <= {4, 5}


@pytest.mark.slow
def test_an_experiment_and_another_student_on_real_workers(tmp_path):
    with on_loky(tmp_path) as engine:
        scheduler = engine.scheduler
        race = scheduler.begin(ENDLESS, student="ann")
        alone = scheduler.submit(ENDLESS.runs[3].spec, student="bob")
        until(lambda: scheduler.view(alone).seconds > 4)
        ours = sum(run.seconds for run in scheduler.experiment(race).runs)  # of worker time: what turns are counted in
        assert 0.6 < ours / scheduler.view(alone).seconds < 1.7
        scheduler.delete(race)
        scheduler.delete(alone)


# --- what dies ------------------------------------------------------------------------------------------------------

THREE = plan_of(replace(SHORT, max_steps=200), models={"one": MODELS["1 heads"]})


@pytest.mark.slow
def test_an_experiment_goes_on_after_a_restart_as_if_nothing_had_happened(tmp_path):
    with in_process(tmp_path) as engine:
        experiment = engine.scheduler.begin(THREE, student="ann")
        engine.scheduler.pause(experiment)
        engine.scheduler.step(at_rest(engine.scheduler, experiment).runs[1].id, 50)
        before = at_rest(engine.scheduler, experiment)
    with in_process(tmp_path) as engine:
        scheduler = engine.scheduler
        [view] = scheduler.experiments("ann")
        assert (view.id, view.title, view.status, view.steps) == (experiment, before.title, "interrupted", before.steps)
        assert [(run.id, run.slot, run.label) for run in view.runs] == [(r.id, r.slot, r.label) for r in before.runs]
        other = scheduler.begin(LADDER, student="ann")  # there is room: the other one is not on its way
        with pytest.raises(ValueError, match="still on its way"):
            scheduler.resume(experiment)
        with pytest.raises(ValueError, match="still on its way"):
            scheduler.resume(view.runs[0].id)
        assert scheduler.experiment(experiment).status == "interrupted"
        scheduler.delete(other)
        scheduler.resume(experiment)
        assert scheduler.experiment(experiment).status == "running"
        assert_as_planned(engine, experiment, THREE)


def test_an_interrupted_experiment_can_be_stopped_or_deleted_where_it_is(tmp_path):
    with in_process(tmp_path) as engine:
        experiments = [engine.scheduler.begin(THREE, student=student) for student in ("ann", "bob")]
        for experiment in experiments:
            engine.scheduler.pause(experiment)
        steps = [at_rest(engine.scheduler, experiment).steps for experiment in experiments]
    with in_process(tmp_path) as engine:
        engine.scheduler.stop(experiments[0])
        assert {run.status for run in ended(engine.scheduler, experiments[0]).runs} == {"stopped"}
        assert engine.scheduler.experiment(experiments[0]).steps == steps[0]
        engine.scheduler.delete(experiments[1])
    with in_process(tmp_path) as engine:
        assert engine.scheduler.experiment(experiments[0]).status == "ended"
        assert engine.scheduler.experiments("bob") == []


def test_a_run_that_cannot_be_read_does_not_keep_the_others_from_going_on(tmp_path, caplog):
    with in_process(tmp_path) as engine:
        experiment = engine.scheduler.begin(THREE, student="ann")
        engine.scheduler.pause(experiment)
        bad, *good = [run.id for run in at_rest(engine.scheduler, experiment).runs]
    points = engine.scheduler.store.home(bad) / "points.jsonl"
    points.unlink(missing_ok=True)
    points.mkdir()  # reading it raises OSError
    with in_process(tmp_path) as engine:
        engine.scheduler.resume(experiment)
        until(lambda: all(engine.scheduler.view(run).status == "finished" for run in good))
        assert engine.scheduler.experiment(experiment).status == "interrupted"
    assert "cannot be resumed" in caplog.text


@pytest.mark.slow
def test_a_killed_worker_in_mid_experiment_costs_one_slice(tmp_path):
    with in_process(tmp_path) as engine:
        experiment = engine.scheduler.begin(THREE, student="ann")
        runs = [run.id for run in engine.scheduler.experiment(experiment).runs]
        killed = until(lambda: next((run for run in runs if engine.kill(run)), None))
        assert_as_planned(engine, experiment, THREE)
        assert engine.scheduler.view(killed).status == "finished"


@pytest.mark.slow
def test_a_really_killed_worker_in_mid_experiment_costs_one_slice(tmp_path, caplog):
    plan = plan_of(replace(SHORT, max_steps=800, eval_interval=400), models={"two": MODELS["2 heads"]})
    with on_loky(tmp_path) as engine:
        scheduler = engine.scheduler
        experiment = scheduler.begin(plan, student="ann")
        until(lambda: all(run.step for run in scheduler.experiment(experiment).runs))
        busy = until(lambda: [worker for worker in scheduler.workers() if worker.run])[0]
        before = [run.step for run in scheduler.experiment(experiment).runs]
        os.kill(busy.pid, signal.SIGKILL)
        until(lambda: "died" in caplog.text)
        after = [run.step for run in scheduler.experiment(experiment).runs]
        assert all(map(int.__ge__, after, before))  # what had landed stays
        assert_as_planned(engine, experiment, plan)


# --- descriptions --------------------------------------------------------------------------------------------------

PART = Membership("1" * 32, "ladder", "The race", "bigram")
DESCRIPTION = RunDescription("0" * 32, "ann", "mine", LADDER.runs[0].spec, 1.0, 3, PART)


def test_a_description_keeps_to_which_experiment_its_run_belongs():
    assert RunDescription.from_json(DESCRIPTION.id, DESCRIPTION.to_json()) == DESCRIPTION
    assert (DESCRIPTION.group, replace(DESCRIPTION, experiment=None).group) == ("1" * 32, "0" * 32)


def test_a_description_from_before_there_were_experiments_is_that_of_a_single_run():
    facts = json.loads(DESCRIPTION.to_json())
    del facts["experiment"]
    assert RunDescription.from_json(DESCRIPTION.id, json.dumps(facts).encode()) == replace(DESCRIPTION, experiment=None)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=2))


@given(JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(["id", "kind", "title", "label", "more"], JSON)))
@example({"id": "", "kind": "", "title": "", "label": ""})
@example({"id": "1", "kind": "", "title": "\ud800", "label": ""})
@example({"id": "1", "kind": "k", "title": "t", "label": []})
@example([])
def test_whatever_a_description_says_of_its_experiment_it_is_read_or_refused(about):
    facts = {**json.loads(DESCRIPTION.to_json()), "experiment": about}
    try:
        about = RunDescription.from_json(DESCRIPTION.id, json.dumps(facts).encode())
    except ValueError:
        return
    said = about.experiment
    assert said is None or "".join([said.id, said.kind, said.title, said.label]).encode()


def test_a_nonsense_description_hides_nothing_but_its_run(tmp_path):
    keep_text(CORPUS.text, tmp_path / "corpora")
    store = RunStore(tmp_path)
    descriptions = descriptions_of(THREE, "1" * 32, "ann")
    for about in descriptions:
        store.write_description(about)
    bad = {**json.loads(descriptions[0].to_json()), "experiment": {"id": 5}}
    (store.home(descriptions[0].id) / "card.json").write_text(json.dumps(bad))
    with in_process(tmp_path) as engine:
        runs = engine.scheduler.experiment("1" * 32).runs
        assert [run.id for run in runs] == [about.id for about in descriptions[1:]]
