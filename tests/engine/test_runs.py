"""What a run leaves on disk: whole lines, whole files, and no word of a person in a path."""

import json
import math
import uuid

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tinygpt.bigram import BigramConfig
from tinygpt.engine.description import RunDescription
from tinygpt.engine.runs import RunStore
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import Point

SPEC = RunSpec(BigramConfig(), TrainConfig())


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path)


@pytest.fixture
def run(store):
    about = RunDescription(uuid.uuid4().hex, "a student", "../../etc", SPEC, 1.0, 3)
    store.write_description(about)
    return about.id


def point(step, loss=2.5, val=None):
    return Point(step, loss, val, 1e-3, step / 10, step * 256)


def test_points_come_back_as_they_were(store, run):
    points = [point(0, 4.174387269895637, val=4.2), point(1), point(2, 1 / 3)]
    store.append(run, points[:1])
    store.append(run, points[1:])
    assert store.points(run) == points


def test_a_torn_last_line_and_garbage_are_left_out(store, run):
    store.append(run, [point(0), point(1)])
    path = store.home(run) / "points.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b"\x00\xff nonsense\n[1, 2]\n" + whole[: len(whole) // 2 - 5])
    assert store.points(run) == [point(0), point(1)]


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
NEARLY = st.dictionaries(st.sampled_from([*Point._fields, "status", "more"]), VALUES).map(json.dumps).map(str.encode)


@given(st.binary(max_size=300) | NEARLY)
@example(json.dumps(point(3)._asdict()).encode())
@example(json.dumps(point(3)._asdict() | {"step": "three"}).encode())
@example(json.dumps(point(3)._asdict() | {"loss": [2.5]}).encode())
def test_no_file_content_hides_what_is_whole_beside_it(tmp_path_factory, garbage):
    store, run = RunStore(tmp_path_factory.mktemp("runs")), uuid.uuid4().hex
    store.home(run).mkdir()
    (store.home(run) / "points.jsonl").write_bytes(garbage + b"\n")
    store.append(run, [point(7)])
    points = store.points(run)
    assert points[-1] == point(7)
    wrong = [p for p in points if (type(p.step), type(p.loss), type(p.lr)) != (int, float, float)]
    assert not wrong
    (store.home(run) / "card.json").write_bytes(garbage)
    assert store.descriptions() == []
    (store.home(run) / "end.json").write_bytes(garbage)
    try:
        said = json.loads(garbage)
    except ValueError:
        said = None
    assert repr(store.ending(run)) == repr(said if isinstance(said, dict) else None)  # repr: no number equals itself


def test_a_number_that_is_none_is_written_as_null(store, run):
    store.append(run, [point(0, math.nan), point(1, math.inf)])
    text = (store.home(run) / "points.jsonl").read_text()
    assert all(json.loads(line, parse_constant=pytest.fail)["loss"] is None for line in text.splitlines())
    assert math.isnan(store.points(run)[0].loss)


def test_rewinding_forgets_the_points_from_a_step_on(store, run):
    store.append(run, [point(step) for step in range(10)])
    path = store.home(run) / "points.jsonl"
    path.write_bytes(path.read_bytes() + b'{"step": 10, "lo')  # torn by a power cut
    store.rewind(run, 7)
    store.append(run, [point(7)])
    assert [p.step for p in store.points(run)] == list(range(8))


def test_a_step_that_was_made_again_is_there_once(store, run):
    store.append(run, [point(step) for step in range(10)])
    store.append(run, [point(step, loss=1.0) for step in range(7, 9)])
    assert store.points(run) == [point(step) for step in range(7)] + [point(7, 1.0), point(8, 1.0)]


def test_a_description_survives_a_restart_and_broken_ones_are_left_out(store, run):
    (store.folder / uuid.uuid4().hex).mkdir()
    (store.folder / "corpora").mkdir()
    [about] = RunStore(store.folder).descriptions()
    assert (about.id, about.student, about.name, about.spec, about.slot) == (run, "a student", "../../etc", SPEC, 3)


@given(
    st.dictionaries(
        st.sampled_from(["student", "name", "created", "slot", "model", "learning_rate"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers(), max_size=2),
    )
)
@example({"learning_rate": 10**400})
@example({"created": 10**400})
@example({"slot": float("inf")})
@example({"name": "\ud800"})
def test_whatever_a_description_says_the_others_are_there(tmp_path_factory, wrong):
    store = RunStore(tmp_path_factory.mktemp("runs"))
    good = RunDescription(uuid.uuid4().hex, "ann", "mine", SPEC, 1.0, 3)
    store.write_description(good)
    bad = RunDescription(uuid.uuid4().hex, "bob", "his", SPEC, 2.0, 4)
    facts = json.loads(bad.to_json())
    facts["spec"]["train"] |= {name: wrong.pop(name) for name in ("learning_rate",) if name in wrong}
    facts["spec"] |= {name: wrong.pop(name) for name in ("model",) if name in wrong}
    store.home(bad.id).mkdir()
    (store.home(bad.id) / "card.json").write_text(json.dumps(facts | wrong))
    descriptions = store.descriptions()
    assert good in descriptions
    assert all(0 <= about.slot < 10 for about in descriptions)
    "".join(about.student + about.name for about in descriptions).encode()  # as it must be to reach a browser


@pytest.mark.parametrize("name", ["card.json", "end.json", "points.jsonl"])
def test_brackets_without_end_are_nonsense_like_any_other(store, run, name):
    (store.home(run) / name).write_bytes(b"[" * 100_000)
    assert (len(store.descriptions()), store.ending(run), store.points(run)) == (int(name != "card.json"), None, [])


def test_a_point_at_no_step_is_left_out(store, run):
    (store.home(run) / "points.jsonl").write_text(json.dumps(point(0)._asdict() | {"step": float("inf")}))
    assert store.points(run) == []


@pytest.mark.parametrize("name", ["", "..", "../" + "0" * 29, "0" * 31, "0" * 33, "G" * 32, "0" * 32 + "\n", "０" * 32])
def test_only_32_hex_digits_name_a_folder(store, name):
    with pytest.raises(ValueError, match="32 hexadecimal"):
        store.home(name)


def test_a_failed_append_leaves_no_half_line(store, run):
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    store.append(run, [point(0)])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    size = (store.home(run) / "points.jsonl").stat().st_size
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, hard))  # the kernel refuses what is beyond
        with pytest.raises(OSError):
            store.append(run, [point(step) for step in range(1, 50)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    assert (store.home(run) / "points.jsonl").stat().st_size == size
    store.append(run, [point(1)])
    assert store.points(run) == [point(0), point(1)]


def test_the_end_keeps_the_model_and_drops_the_state(store, run):
    store.write_state(run, b"state")
    store.end(run, {"status": "finished"}, b"model")
    assert (store.state(run), store.model(run), store.ending(run)) == (None, b"model", {"status": "finished"})
    assert store.model(run, best=True) is None


def test_the_best_model_is_kept_beside_the_last(store, run):
    store.end(run, {"status": "stopped"}, b"model", b"best")
    assert (store.model(run), store.model(run, best=True)) == (b"model", b"best")


def test_snapshots_are_listed_by_step(store, run):
    for step in (512, 8, 64):
        store.write_snapshot(run, step, str(step).encode())
    assert store.snapshots(run) == [8, 64, 512]
    assert (store.snapshot(run, 64), store.snapshot(run, 9)) == (b"64", None)


def test_a_deleted_run_leaves_nothing(store, run):
    store.append(run, [point(0)])
    store.write_snapshot(run, 1, b"")
    store.delete(run)
    store.delete(run)
    assert not store.home(run).exists()
    assert store.descriptions() == []
