"""What is taken along: a script and a notebook that end with the very losses of the run, and all of its points."""

import ast
import csv
import io
import json
import math
import os
import re
import subprocess
import sys
from dataclasses import fields, replace

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.bigram import BigramConfig
from tinygpt.engine.slices import SliceJob, run_slice
from tinygpt.export.notebook import INSTALL, OPEN, notebook
from tinygpt.export.own_text import read_own_text
from tinygpt.export.plain import plain_pytorch
from tinygpt.export.points import points_csv, points_json
from tinygpt.export.script import script
from tinygpt.export.written import TEXT_FILE, literal, spec_code
from tinygpt.files import PROJECT
from tinygpt.gpt import GPTConfig
from tinygpt.texts.own import keep_text, sha256_of
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import Point

SHORT = TrainConfig(max_steps=60, batch_size=4, eval_interval=25, seed=7)
SAME = {"same_batches": True} if "same_batches" in {field.name for field in fields(TrainConfig)} else {}
OWN_TEXT = "Der Zug hält in Köln, sagt \u2018sie\u2019 \u2013 \U0001f682 or does it?\n" * 40
HEAD = GPTConfig(n_head=1, n_layer=1, feed_forward=0, residual=False, projection=False, layer_norm=False, dropout=0.1)
HOSTILE = [
    "\nimport os", "\r\nimport os", "a\u2028import os", "a\u2029import os", "a\x85import os", "a\x0cimport os",
    '"""\nimport os', "'''; import os", "\\\nimport os", "a\0b", "coding: utf-7", "{0!r} {final}", "%run evil.py",
    "!ls", "what?", "\u202eso", "\ud800", "# " * 60,
]  # fmt: skip


def plays(model, **settings):
    return RunSpec(model, replace(SHORT, **settings), "shakespeare-plays")


def own(model=HEAD):
    spec = RunSpec(model, SHORT, sha256_of(OWN_TEXT))
    return spec.for_vocabulary(len(set(OWN_TEXT)))


def losses(spec, folder):
    """Train and val loss of the run as the app trains it: in slices, from bytes to bytes, writing on the way."""
    keep_text(OWN_TEXT, folder)
    job = SliceJob("0" * 32, spec, seconds=1e9, steps=17, sample=True, folder=folder)
    while not (done := run_slice(job)).ended:
        job = replace(job, state=done.state, ticket="of another worker")
    return done.points[-1].loss, done.points[-1].val


def spec_of(code):
    """The spec that a script makes: its calls, read and not run."""
    makers = {"BigramConfig": BigramConfig, "GPTConfig": GPTConfig, "TrainConfig": TrainConfig}
    made = {}
    for node in ast.parse(code).body:
        if isinstance(node, ast.Assign) and node.targets[0].id in ("model", "training"):
            arguments = {keyword.arg: ast.literal_eval(keyword.value) for keyword in node.value.keywords}
            made[node.targets[0].id] = makers[node.value.func.id](**arguments)
        elif isinstance(node, ast.Assign) and node.targets[0].id == "spec":
            made["corpus"] = ast.literal_eval(node.value.args[2])
    return RunSpec(made["model"], made["training"], made["corpus"])


def start_alone(*command, folder):
    """A fresh interpreter in `folder` that finds tinygpt; it must not complain."""
    environment = os.environ | {"PYTHONPATH": str(PROJECT), "IPYTHONDIR": str(folder)}
    environment |= {f"JUPYTER_{kind}_DIR": str(folder) for kind in ("CONFIG", "RUNTIME", "DATA")}
    done = subprocess.run([sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done


# --- the script -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "spec",
    [plays(BigramConfig(), learning_rate=0.1 + 0.2), plays(HEAD, **SAME)],
    ids=["bigram", "a head with dropout"],
)
def test_the_script_ends_with_the_very_losses_of_the_run(spec, tmp_path):
    train_loss, val_loss = losses(spec, tmp_path)
    (tmp_path / "run.py").write_text(script(spec, final=(train_loss, val_loss)), encoding="utf-8")
    done = start_alone("-W", "error", "run.py", folder=tmp_path)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == f"train loss {train_loss!r}, val loss {val_loss!r}"


@pytest.mark.slow
def test_a_script_reads_an_own_text_that_lies_beside_it(tmp_path):
    spec = own()
    train_loss, val_loss = losses(spec, tmp_path)
    (tmp_path / "run.py").write_text(script(spec), encoding="utf-8")
    (tmp_path / "text.txt").write_bytes(OWN_TEXT.replace("\n", "\r\n").encode())  # as Windows may have saved it
    (tmp_path / "elsewhere").mkdir()
    done = start_alone(tmp_path / "run.py", folder=tmp_path / "elsewhere")
    assert done.stdout.splitlines()[-1] == f"train loss {train_loss!r}, val loss {val_loss!r}"


def test_the_script_says_what_to_do_without_the_text(tmp_path):
    with pytest.raises(ValueError, match=re.escape(f"Save that text as {tmp_path / 'text.txt'} and start again.")):
        read_own_text(tmp_path / "text.txt", sha256_of(OWN_TEXT))


def test_another_text_is_refused(tmp_path):
    (tmp_path / "text.txt").write_text(OWN_TEXT + "!", encoding="utf-8")
    with pytest.raises(ValueError, match=f"not with {sha256_of(OWN_TEXT)[:12]}"):
        read_own_text(tmp_path / "text.txt", sha256_of(OWN_TEXT))


@pytest.mark.slow
def test_the_script_of_a_run_that_diverges_says_so(tmp_path):
    (tmp_path / "run.py").write_text(script(plays(HEAD, learning_rate=1e9)), encoding="utf-8")
    done = start_alone("run.py", folder=tmp_path)
    assert done.stdout.splitlines()[-1].startswith("This run diverges: step ")


@pytest.mark.parametrize("name", PRESETS)
def test_the_script_makes_an_equal_spec(name):
    spec = PRESETS[name].spec("tinyshakespeare", 65)
    assert spec_of(script(spec)) == spec
    assert spec_of("\n".join(cell.source for cell in code_cells(notebook(spec)))) == spec


def test_a_script_says_the_settings_of_the_lecture_and_what_is_not_as_usual():
    assert spec_code(plays(BigramConfig(), weight_decay=0.0)).splitlines() == [
        "model = BigramConfig(vocab_size=65, block_size=8)",
        "training = TrainConfig(",
        "    max_steps=60,",
        "    batch_size=4,",
        "    learning_rate=0.001,",
        "    eval_interval=25,",
        "    seed=7,",
        "    weight_decay=0.0,",
        ")",
        'spec = RunSpec(model, training, "shakespeare-plays")',
    ]


@pytest.mark.parametrize("spec", [plays(BigramConfig()), plays(HEAD), own()], ids=["bigram", "head", "own text"])
def test_a_formatter_and_a_linter_have_nothing_to_say_about_a_script(spec):
    ruff = [sys.executable, "-m", "ruff"]
    common = {"input": script(spec, name="my run", final=(2.5, 2.25)), "cwd": PROJECT, "capture_output": True}
    for command in (["format", "--check"], ["check"]):
        done = subprocess.run([*ruff, *command, "--stdin-filename", "run.py", "-"], text=True, **common)
        assert done.returncode == 0, done.stdout


def test_the_losses_stand_in_the_script_with_all_digits():
    assert "train loss 0.30000000000000004 and val loss 0.1 (" in script(plays(HEAD), final=(0.1 + 0.2, 0.1))
    assert "It had not come to its end" in script(plays(HEAD))


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_no_name_becomes_code(name):
    plain, named = script(own()), script(own(), name=name)
    assert ast.dump(ast.parse(named)) == ast.dump(ast.parse(plain))
    assert len(set(named.splitlines()) - set(plain.splitlines())) <= 1
    for cell, other in zip(code_cells(notebook(own(), name=name)), code_cells(notebook(own())), strict=True):
        assert ast.dump(ast.parse(as_ipython_reads(cell.source))) == ast.dump(ast.parse(other.source))


@given(st.text(st.characters(codec=None), max_size=200))
def test_whatever_the_name_the_script_is_the_same(name):
    named = script(own(), name=name)
    assert ast.dump(ast.parse(named.encode())) == ast.dump(ast.parse(script(own())))


@pytest.mark.parametrize("corpus", ["", "x", '"); import os #', "a\n", "A" * 64, "../../etc/passwd"])
def test_only_a_text_that_is_known_becomes_code(corpus):
    spec = replace(plays(HEAD), corpus=corpus)
    for made in (script, notebook):
        with pytest.raises(ValueError, match="There is no corpus"):
            made(spec)


def test_a_setting_is_written_in_full():
    assert [literal(value) for value in (0.1 + 0.2, 1e-3, True, None, 'a"b\u2028', math.inf)] == [
        "0.30000000000000004", "0.001", "True", "None", '"a\\"b\\u2028"', 'float("inf")',
    ]  # fmt: skip


# --- the notebook -----------------------------------------------------------------------------------------------------


def code_cells(made):
    return [cell for cell in nbformat.reads(made, as_version=4).cells if cell.cell_type == "code"]


def as_ipython_reads(source):
    """What the kernel makes of a cell: lines that begin with % or ! and lines that end with ? mean something to it."""
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(source)


RUN_ALL = """
import sys, nbformat
from nbclient import NotebookClient
made = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(made, timeout=300, kernel_name="python3").execute()
nbformat.write(made, sys.argv[1])
"""


def said(cell):
    """What a cell has printed; a kernel sends it in as many pieces as it likes."""
    return "".join(output.text for output in cell.outputs)


@pytest.mark.slow
@pytest.mark.parametrize("spec", [plays(BigramConfig()), own()], ids=["bigram", "a head with dropout, own text"])
def test_the_notebook_ends_with_the_very_losses_of_the_run(spec, tmp_path):
    final = losses(spec, tmp_path)
    (tmp_path / "run.ipynb").write_text(notebook(spec, name="what?", final=final), encoding="utf-8")
    (tmp_path / "text.txt").write_bytes(OWN_TEXT.encode())
    start_alone("-c", RUN_ALL, "run.ipynb", folder=tmp_path)
    cells = {cell.id: cell for cell in code_cells((tmp_path / "run.ipynb").read_text(encoding="utf-8"))}
    assert said(cells["compare"]).splitlines() == [f"exported:      {final!r}", f"trained again: {final!r}"]
    assert cells["draw"].outputs[0].data["image/svg+xml"].startswith("<svg")
    assert len(said(cells["write"])) == 300 + 1
    assert [line.split()[1] for line in said(cells["train"]).splitlines()] == ["0", "25", "60"]
    assert not [output for cell in cells.values() for output in cell.outputs if output.get("name") == "stderr"]


def test_a_notebook_is_valid_and_always_the_same():
    made = notebook(plays(HEAD), final=(2.5, 2.25))
    assert made == notebook(plays(HEAD), final=(2.5, 2.25))
    read = nbformat.reads(made, as_version=4)
    nbformat.validate(read)
    assert read.metadata.tinygpt == {"spec": json.loads(plays(HEAD).to_json()), "final": [2.5, 2.25]}
    assert "exported = (2.5, 2.25)" in code_cells(made)[1].source
    assert "exported = None" in code_cells(notebook(plays(HEAD)))[1].source


def test_the_first_cell_says_in_a_sentence_what_is_missing(tmp_path):
    needed = code_cells(notebook(own()))[0].source
    bare = subprocess.run([sys.executable, "-S", "-c", needed], cwd=tmp_path, capture_output=True, text=True)
    said = bare.stderr.splitlines()[-1]
    assert said.startswith("RuntimeError: tinygpt and torch and safetensors cannot be imported here. Save ")
    here = os.environ | {"PYTHONPATH": str(PROJECT)}
    for expected in (
        f"RuntimeError: The text of this run is not here: save it beside this notebook, as {TEXT_FILE}.",
        "",
    ):
        done = subprocess.run([sys.executable, "-c", needed], cwd=tmp_path, env=here, capture_output=True, text=True)
        assert "".join(done.stderr.splitlines()[-1:]) == expected
        (tmp_path / TEXT_FILE).write_text(OWN_TEXT, encoding="utf-8")


def test_the_notebook_and_the_readme_open_it_alike():
    about = nbformat.reads(notebook(own()), as_version=4).cells[0].source
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    for line in (INSTALL, OPEN):
        assert f"\n    {line}\n" in about and f"\n    {line}" in readme


def test_exports_say_where_the_val_loss_was_lower_than_at_the_end():
    said = "Its val loss was lowest, 2.2500, at step 300. The model made here is that of the last step"
    for made in (script, notebook, plain_pytorch):
        assert said in made(plays(HEAD), final=(0.5, 3.5), better=(300, 2.25)), made
        assert "lowest" not in made(plays(HEAD), final=(0.5, 3.5)), made
    assert json.loads(points_json(plays(HEAD), [], better=(300, 2.25)))["lowest"] == {"step": 300, "val": 2.25}
    assert "lowest" not in json.loads(points_json(plays(HEAD), []))
    for made in (script, plain_pytorch):
        ast.parse(made(plays(HEAD), better=(300, 2.25)))


# --- the points -------------------------------------------------------------------------------------------------------

THIRD = Point(10, 1 / 3, None, 1e-3, 0.25, 320)
LAST = Point(20, 2.0, 0.1 + 0.2, 1e-3, 0.5, 640)
WILD = Point(11, math.nan, None, 1e-3, 0.3, 352)


def test_a_line_of_csv_for_each_point():
    assert points_csv([THIRD, WILD, LAST]).splitlines() == [
        "step,loss,val,lr,seconds,tokens",
        "10,0.3333333333333333,,0.001,0.25,320",
        "11,nan,,0.001,0.3,352",
        "20,2.0,0.30000000000000004,0.001,0.5,640",
    ]


def test_json_holds_the_spec_the_losses_and_every_point():
    spec = plays(HEAD)
    read = json.loads(points_json(spec, [THIRD, WILD, LAST], name='a "name"\n', final=(2.0, 0.1 + 0.2)))
    assert RunSpec.from_json(json.dumps(read["spec"])) == spec
    assert (read["name"], read["final"]) == ('a "name"\n', {"train": 2.0, "val": 0.1 + 0.2})
    assert [Point(**point) for point in read["points"]] == [THIRD, WILD._replace(loss=None), LAST]
    empty = json.loads(points_json(spec, []))
    assert (empty["points"], empty["final"]) == ([], None)


numbers = st.floats(allow_nan=False, allow_infinity=False)
made_points = st.builds(Point, st.integers(0), numbers, st.none() | numbers, numbers, numbers, st.integers(0, 10**12))


@given(st.lists(made_points, max_size=20))
def test_no_digit_of_a_point_is_lost(points):
    rows = list(csv.DictReader(io.StringIO(points_csv(points))))
    kinds = {"step": int, "tokens": int}
    read = [{name: kinds.get(name, float)(value) if value else None for name, value in row.items()} for row in rows]
    assert [Point(**row) for row in read] == points
    assert [Point(**row) for row in json.loads(points_json(plays(HEAD), points))["points"]] == points


# --- the house --------------------------------------------------------------------------------------------------------


def test_taking_along_needs_no_streamlit_plotly_or_pandas():
    program = (
        "import sys, tinygpt.export.script, tinygpt.export.notebook, tinygpt.export.points, tinygpt.export.own_text\n"
        "print(*({'streamlit', 'plotly', 'pandas'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], cwd=PROJECT, capture_output=True, text=True)
    assert (done.returncode, done.stderr, done.stdout.strip()) == (0, "", "")


@pytest.mark.parametrize("written", [script, notebook, plain_pytorch])
def test_an_export_says_of_a_run_that_it_sees_the_answer(written):
    honest = RunSpec(GPTConfig(n_layer=1), TrainConfig(), "shakespeare-plays")
    cheat = replace(honest, model=replace(honest.model, mask=False))
    said = "This run sees the answer, so its val loss is no loss of guessing."
    assert said in written(cheat, final=(0.4, 0.4)) and said not in written(honest, final=(2.4, 2.4))
