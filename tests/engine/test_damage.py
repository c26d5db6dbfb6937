"""Whatever lies in the runs folder: the server starts, every answer is a sentence, and other students notice nothing.

Every kind of file is damaged in every way of `DAMAGE`, before a server starts and while one runs.
"""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from tests.waiting import PATIENCE, until
from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.header import NotOurFile
from tinygpt.checkpoint.model_file import load
from tinygpt.checkpoint.run_state import dumps, loads
from tinygpt.corpus import Corpus
from tinygpt.engine.notes import END_LOST
from tinygpt.engine.runs import RunStore
from tinygpt.experiments.plan import repeat_plan
from tinygpt.files import PROJECT
from tinygpt.gpt import GPTConfig
from tinygpt.scheduler import Scheduler
from tinygpt.texts.own import keep_text, sha256_of
from tinygpt.training.loop import advance
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start
from tinygpt.ui import session

ANN, BOB = "a" * 32, "b" * 32
TEXT = "the quick brown fox jumps over the lazy dog. " * 20
CORPUS = Corpus.from_text(TEXT)
V, KEY = CORPUS.tokenizer.vocab_size, sha256_of(TEXT)
TRAINED = TrainConfig(max_steps=40, eval_interval=10, batch_size=2)
TABLE = RunSpec(BigramConfig(V, block_size=4), TRAINED, KEY)
HEAD = RunSpec(GPTConfig(V, block_size=4, n_embd=8, n_head=2, n_layer=1, dropout=0.1), TRAINED, KEY)


def nobody():
    """A lane that never opens: nothing is trained."""
    raise OSError("no workers in this test")


def serving(folder, factory=nobody):
    """A server, for as long as the block lasts."""
    return closing(Scheduler(factory, 1, store=RunStore(folder)))


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A folder with an interrupted run, an experiment and a finished run of two students each."""
    folder = tmp_path_factory.mktemp("kept")
    keep_text(TEXT, folder / "corpora")
    with serving(folder, lambda: ThreadPoolExecutor(1)) as scheduler:
        for student in (ANN, BOB):
            half = scheduler.submit(HEAD, student=student, name="half")
            scheduler.step(half, 20)
            scheduler.submit(TABLE, student=student, name="whole")
            scheduler.begin(repeat_plan("table", TABLE, (1, 2)), student=student)
            until(lambda: [run.step for run in scheduler.runs(student)] == [20, 40, 40, 40])  # noqa: B023
            until(lambda: not any(run.live for run in scheduler.runs(student)[1:]))  # noqa: B023
    return folder


def home_of(folder, name, student=ANN):
    """The folder of a student's run."""
    return next(
        folder / about.id for about in RunStore(folder).descriptions() if (about.name, about.student) == (name, student)
    )


def answers(scheduler, student):
    """All that pages ask about a student's runs. Nothing but a sentence may be raised."""
    found = [scheduler.runs(student), scheduler.experiments(student)]
    for view in scheduler.runs(student):
        "".join([view.name, view.note, view.warning, view.sample]).encode()  # as it must be to reach a browser
        assert len(view.name) <= 40 and len(view.note + view.warning + view.sample) < 10_000
        assert 0 <= view.step <= view.max_steps and 0 <= view.seconds < 1e8
        found += [scheduler.points(view.id), scheduler.samples(view.id)]
        best = partial(scheduler.model_bytes, best=True)
        for ask in (scheduler.model_bytes, best, scheduler.state_bytes, scheduler.snapshots, scheduler.experiment):
            found += [sentence(ask, view.id)]
        found += [sentence(partial(scheduler.model_bytes, best=True), view.id)]
        for step in scheduler.snapshots(view.id):
            found += [sentence(scheduler.snapshot, view.id, step)]
    return found


def sentence(ask, *arguments):
    """An answer, or the sentence that says why there is none."""
    try:
        return ask(*arguments)
    except (ValueError, OSError) as error:  # NoSuchRun and NotOurFile are ValueErrors
        assert len(str(error)) > 10, repr(error)
        return str(error)


# --- ways to damage a file ------------------------------------------------------------------------------------------

HUGE = st.sampled_from([10**400, 1e300, 1e308, -1, 999_999_999, 2.5, True, None, "x" * 1_000_000, "\ud800", "", [], {}])
WAYS = ["truncated", "empty", "flipped", "foreign", "json", "nested", "folder", "missing", "pipe", "loop", "blank"]
FILES = [
    "card.json",
    "end.json",
    "points.jsonl",
    "state.safetensors",
    "model.safetensors",
    "best.safetensors",
    "snapshots/20.safetensors",
    "samples.jsonl",
    "best.safetensors",
    "snapshots",
    ".",
]


def damage(path: Path, way: str, place: float, value: object) -> None:
    """Damage a file of a run; `place` is a share of it, `value` what stands there instead where it is JSON."""
    blob = path.read_bytes() if path.is_file() else b"{}"
    at = int(place * max(0, len(blob) - 1))
    if way in ("folder", "missing", "pipe", "loop") or not path.is_file():
        remove(path)  # also what an earlier damage has made of it: to write into a pipe would never end
    if way == "folder":
        path.mkdir(parents=True)
    elif way == "pipe":
        os.mkfifo(path)
    elif way == "loop":
        path.symlink_to(path)
    elif way == "json":
        path.write_bytes(altered(blob, place, value))
    elif way == "flipped":
        bit = 1 << int(place * 1e6) % 8
        path.write_bytes(blob[:at] + bytes(byte ^ bit for byte in blob[at : at + 1]) + blob[at + 1 :])
    elif way != "missing":
        new = {"truncated": blob[:at], "empty": b"", "foreign": b"%PDF-1.7 " + blob, "nested": b"[" * 100_000}
        path.write_bytes(new.get(way, bytes(len(blob))))


def remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)


def altered(blob: bytes, place: float, value: object) -> bytes:
    """The same JSON with another value somewhere: in the first line, or in the head of a .safetensors file."""
    binary = blob[8:9] == b"{"
    length = int.from_bytes(blob[:8], "little") if binary else 0
    text, _, rest = (blob[8 : 8 + length], b"", blob[8 + length :]) if binary else blob.partition(b"\n")
    try:
        facts = json.loads(text)
        inner = json.loads(facts["__metadata__"]["tinygpt"]) if binary else facts
    except (ValueError, RecursionError, KeyError, TypeError):  # an earlier damage has been there
        return b"null"
    put(inner, place, value)
    if not binary:
        return json.dumps(facts).encode() + b"\n" + rest
    facts["__metadata__"]["tinygpt"] = json.dumps(inner)  # what tinygpt says stands in it as JSON in JSON
    text = json.dumps(facts).encode("utf-8", "replace")
    return len(text).to_bytes(8, "little") + text + rest


def put(facts: object, place: float, value: object) -> None:
    """Replace one leaf of what was JSON."""
    leaves = [*paths(facts)]
    if leaves:
        where, key = leaves[int(place * (len(leaves) - 1))]
        where[key] = value


def paths(facts):
    keys = facts.keys() if isinstance(facts, dict) else range(len(facts)) if isinstance(facts, list) else ()
    for key in list(keys):
        yield facts, key
        yield from paths(facts[key])


DAMAGE = st.tuples(
    st.sampled_from(["half", "whole", "table · seed 1"]),
    st.sampled_from(FILES),
    st.sampled_from(WAYS),
    st.floats(0, 1),
    HUGE,
)
EXAMPLES = [
    ("whole", "end.json", "json", 0.25, 999_999_999),
    ("whole", "end.json", "json", 0.8, 1e300),
    ("whole", "card.json", "json", 0.2, "x" * 1_000_000),
    ("half", "state.safetensors", "flipped", 0.999, None),
    ("half", "state.safetensors", "pipe", 0, None),
    ("half", ".", "missing", 0, None),
    ("whole", "best.safetensors", "foreign", 0, None),
]


def check_damage(kept, folder, harm, *, running):
    """Damage a copy of the folder, before a server starts on it or while one runs; the other student sees what she saw
    before, and all that she is asked is answered."""
    shutil.copytree(kept, folder)
    homes = {name: home_of(folder, name) for name in ("half", "whole", "table · seed 1")}

    def spoil():
        for name, file, way, place, value in harm:
            with suppress(OSError):  # an earlier damage has left a loop, a folder, nothing at all
                damage(homes[name] / file, way, place, value)

    with serving(kept) as scheduler:
        expected = answers(scheduler, BOB)
    if not running:
        spoil()
    with serving(folder) as scheduler:
        if running:
            answers(scheduler, ANN)
            spoil()
        answers(scheduler, ANN)
        assert answers(scheduler, BOB) == expected
        for view in scheduler.runs(ANN):
            for command in (scheduler.resume, scheduler.pause, scheduler.step, scheduler.stop):
                sentence(command, view.id)
            sentence(scheduler.rename, view.id, "another")
        answers(scheduler, ANN)
        scheduler.flush()
    with serving(folder) as scheduler:
        answers(scheduler, ANN)
        assert answers(scheduler, BOB) == expected
        for view in scheduler.runs(ANN):
            sentence(scheduler.delete, view.id)
        assert scheduler.runs(ANN) == []
        assert answers(scheduler, BOB) == expected


@settings(max_examples=8)
@given(harm=st.lists(DAMAGE, min_size=1, max_size=3), running=st.booleans())
@example(harm=EXAMPLES[:3], running=False)
@example(harm=EXAMPLES[3:4], running=False)
@example(harm=EXAMPLES[4:5], running=True)
@example(harm=EXAMPLES[5:6], running=True)
@example(harm=EXAMPLES[6:], running=True)
def test_no_file_takes_down_the_server_or_another_students_run(kept, tmp_path_factory, harm, running):
    check_damage(kept, tmp_path_factory.mktemp("damaged") / "runs", harm, running=running)


@pytest.mark.slow
@settings(max_examples=60)
@given(harm=st.lists(DAMAGE, min_size=1, max_size=4), running=st.booleans())
def test_no_file_whatever_takes_down_the_server(kept, tmp_path_factory, harm, running):
    check_damage(kept, tmp_path_factory.mktemp("damaged") / "runs", harm, running=running)


# --- a state is believed whole or not at all ------------------------------------------------------------------------


def state_of(spec, *, best):
    """The state of a run after three steps; `best`: with the model of its lowest look, which older ones have not."""
    state = start(spec, CORPUS)
    advance(state, CORPUS, steps=3)
    state.best = state.best if best else None
    return dumps(state)


SPECS = {"bigram": TABLE, "gpt": HEAD}
SPECS["sgd"] = replace(TABLE, train=replace(TRAINED, optimizer="sgd", same_batches=True))
SPECS["muon"] = replace(HEAD, train=replace(HEAD.train, optimizer="muon"))
STATES = {name: state_of(spec, best=True) for name, spec in SPECS.items()}
OLD = {name: state_of(spec, best=False) for name, spec in SPECS.items()}


def unsealed(blob, change=None):
    """A state as an earlier tinygpt wrote it, without a checksum; `change` alters what it says."""
    length = int.from_bytes(blob[:8], "little")
    head = json.loads(blob[8 : 8 + length])
    about = json.loads(head["__metadata__"]["tinygpt"])
    del about["sha256"]
    if change:
        change(about, head)
    head["__metadata__"]["tinygpt"] = json.dumps(about)
    text = json.dumps(head).encode()
    return len(text).to_bytes(8, "little") + text + blob[8 + length :]


@pytest.mark.parametrize("name", STATES)
@settings(max_examples=60)
@given(data=st.data())
def test_a_flipped_bit_of_a_state_is_noticed(name, data):
    blob = STATES[name]
    at, bit = data.draw(st.integers(0, len(blob) - 1)), data.draw(st.integers(0, 7))
    try:
        state = loads(blob[:at] + bytes([blob[at] ^ 1 << bit]) + blob[at + 1 :])
    except NotOurFile:
        return
    assert dumps(state) == blob, "only another way to write the same number may pass"


@pytest.mark.parametrize("name", STATES)
def test_a_state_without_a_checksum_still_loads(name):
    assert dumps(loads(unsealed(OLD[name]))) == OLD[name]


@settings(max_examples=60)
@given(name=st.sampled_from(sorted(STATES)), place=st.floats(0, 1), value=HUGE)
def test_whatever_a_state_says_torch_sees_only_what_fits(name, place, value):
    try:
        state = loads(unsealed(OLD[name], lambda about, head: put(about, place, value)))
        advance(state, CORPUS, steps=1)  # where it was believed it can go on
    except (NotOurFile, ArithmeticError) as error:  # a huge number that is one: the run says so, and ends alone
        assert str(error)


@pytest.mark.parametrize(
    "change",
    [
        lambda about, head: about["groups"][0][0]["params"].__setitem__(0, False),
        lambda about, head: about["groups"][0][0].pop("params"),
        lambda about, head: about["groups"][0][0].update(eps=1e300),
        lambda about, head: about["groups"][0][0].update(lr="fast"),
        lambda about, head: about["groups"].append([]),
        lambda about, head: about.update(step=41),
        lambda about, head: about.update(step=True),
        lambda about, head: about.update(ended="no"),
        lambda about, head: about.update(more=1),
        lambda about, head: about["watch"].update(far="far"),
        lambda about, head: about["tallies"].pop("val"),
        lambda about, head: head["generator"].update(dtype="I8"),
        lambda about, head: head["optimizer.0.0.exp_avg"].update(dtype="I32"),
        lambda about, head: head["optimizer.0.0.exp_avg"].update(shape=[1, V * V]),
        lambda about, head: head.update({"optimizer.0.9.step": head.pop("optimizer.0.0.step")}),
        lambda about, head: head.update({"other": head.pop("previous.0")}),
    ],
)
def test_a_state_whose_parts_do_not_fit_is_refused(change):
    with pytest.raises(NotOurFile, match="damaged|cannot be read"):
        loads(unsealed(OLD["bigram"], change))


def test_a_generator_that_is_smashed_is_refused():
    blob = OLD["bigram"]
    length = int.from_bytes(blob[:8], "little")
    begin, end = json.loads(blob[8 : 8 + length])["generator"]["data_offsets"]
    first = 8 + length + begin
    with pytest.raises(NotOurFile, match="damaged"):
        loads(unsealed(blob[:first] + b"\xff" * (end - begin) + blob[first + end - begin :]))


# --- what is lost is named -------------------------------------------------------------------------------------------


def of_ann(folder, name):
    """One of her runs as a new server shows it."""
    with serving(folder) as scheduler:
        return next(view for view in scheduler.runs(ANN) if view.name == name)


@pytest.fixture
def folder(kept, tmp_path):
    return shutil.copytree(kept, tmp_path / "runs")


@pytest.mark.parametrize("way", ["truncated", "empty", "flipped", "foreign", "pipe"])
def test_a_run_whose_state_is_damaged_begins_again_and_says_so(folder, way):
    damage(home_of(folder, "half") / "state.safetensors", way, 0.9, None)
    view = of_ann(folder, "half")
    assert (view.status, view.step) == ("interrupted", 0)
    assert "Its saved state was damaged, so it begins again at step 0. Its curve up to step 19" in view.note
    with serving(folder, lambda: ThreadPoolExecutor(1)) as scheduler:
        scheduler.resume(view.id)
        assert "begins again at step 0" in scheduler.view(view.id).note
        until(lambda: not scheduler.view(view.id).live)
        again = scheduler.view(view.id)
        assert (again.status, again.step, again.points) == ("finished", 40, 41)


def test_a_run_of_which_nothing_was_saved_yet_says_so(folder):
    (home_of(folder, "half") / "state.safetensors").unlink()
    assert "No state of it had been saved, so it begins again at step 0" in of_ann(folder, "half").note


def test_the_state_of_another_run_is_not_taken_for_its_own(folder):
    (home_of(folder, "half") / "state.safetensors").write_bytes(STATES["bigram"])
    assert "Its saved state was damaged" in of_ann(folder, "half").note


@pytest.mark.parametrize(("name", "points", "missing"), [("half", 20, 5), ("whole", 41, 5)])
def test_points_that_are_missing_are_counted(folder, name, points, missing):
    path = home_of(folder, name) / "points.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[missing:]))
    words = f"Of the {points} points of its curve {missing} are missing on the server's disk."
    with serving(folder) as scheduler:
        view = next(view for view in scheduler.runs(ANN) if view.name == name)
        scheduler.points(view.id)
        assert words in scheduler.view(view.id).note


@pytest.mark.parametrize(
    "facts", [{"step": 999_999_999}, {"seconds": 1e300}, {"seconds": 1e308}, {"val": 1e308}, {"points": 10**400}, None]
)
def test_nonsense_numbers_of_an_ending_are_not_shown(folder, facts):
    path = home_of(folder, "whole") / "end.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts) if facts else "[")
    view = of_ann(folder, "whole")
    assert (view.status, view.step, view.points, view.note) == ("finished", 40, 41, END_LOST)
    assert view.seconds < 60 and view.final


def test_a_name_of_a_megabyte_is_cut(folder):
    path = home_of(folder, "whole") / "card.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"name": "x" * 100_000}))
    with serving(folder) as scheduler:
        assert "x" * 40 in [view.name for view in scheduler.runs(ANN)]
    path.write_text(json.dumps(json.loads(path.read_text()) | {"name": "x" * 1_000_000}))
    with serving(folder) as scheduler:
        assert len(scheduler.runs(ANN)) == 3  # a file that large is not even read


def test_a_folder_removed_under_the_server_is_made_again(folder):
    with serving(folder, lambda: ThreadPoolExecutor(1)) as scheduler:
        half = next(view.id for view in scheduler.runs(ANN) if view.name == "half")
        scheduler.step(half, 1)
        until(lambda: scheduler.view(half).step == 21 and not scheduler.view(half).busy)
        scheduler.flush()
        for path in [folder / half, *folder.glob("*/")]:
            remove(path)
        scheduler.resume(half)
        until(lambda: not scheduler.view(half).live)
        assert not scheduler.view(half).warning
    view = of_ann(folder, "half")
    assert (view.status, view.step, view.name) == ("finished", 40, "half")
    with serving(folder) as scheduler:
        assert len(scheduler.points(half)) == 41
        assert load(scheduler.model_bytes(half)).info["step"] == 40


# --- the pages -------------------------------------------------------------------------------------------------------


def page_with(where, **params):
    page = AppTest.from_file(str(PROJECT / "pages/router.py"), default_timeout=PATIENCE)
    page.session_state["student"] = ANN
    page.query_params.update(params)
    page.run()
    page.switch_page(where).run()
    assert not page.exception, page.exception


HARM = [(name, file, way) for name in ("half", "whole", "table · seed 1") for file in FILES[:8] for way in WAYS]


@pytest.mark.parametrize("harm", [HARM[::7], pytest.param(HARM, marks=pytest.mark.slow)], ids=["some", "all"])
def test_the_pages_of_a_student_whose_files_are_all_damaged_open(kept, folder, monkeypatch, harm):
    """Each of many runs is damaged in another way; the pages that show them open."""
    for n, (name, file, way) in enumerate(harm):
        shutil.copytree(home_of(kept, name), folder / f"{n:032x}")
        with suppress(FileNotFoundError, FileExistsError):
            damage(folder / f"{n:032x}" / file, way, 0.37 + 0.6 * n / len(harm), "x")
    monkeypatch.setenv("TINYGPT_RUNS", str(folder))
    with serving(folder) as scheduler:
        monkeypatch.setattr(session, "engine", lambda: scheduler)
        there = [run for n in range(len(harm)) if scheduler.view(run := f"{n:032x}")]
        assert len(there) > len(harm) / 2
        page_with("lab/train.py")
        page_with("lab/train.py", run=there[0])
        page_with("lab/compare.py", show=",".join(one.id for one in scheduler.experiments(ANN)))
        for first in range(0, len(there), 50):
            page_with("lab/compare.py", show=",".join(there[first : first + 50]))
        page_with("learn/bigram.py", run=there[-1])
