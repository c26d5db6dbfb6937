"""The command line, as a newcomer meets it: what works says so, and what does not says why in one sentence."""

import hashlib
import http.server
import os
import re
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import by_heart
from tests.waiting import until
from tinygpt.checkpoint.model_file import load, model_bytes, read_info
from tinygpt.checkpoint.run_state import dumps
from tinygpt.cli.main import main
from tinygpt.cli.parser import parser
from tinygpt.corpus import Corpus
from tinygpt.files import PROJECT
from tinygpt.models import build
from tinygpt.texts import tiny_shakespeare
from tinygpt.tokenizer import CharTokenizer
from tinygpt.training.presets import PRESETS
from tinygpt.training.state import start

SENTENCES = "".join(f"Two roads diverged in {i} yellow woods, and sorry I could not travel both.\n" for i in range(40))
UNIX = pytest.mark.skipif(os.name == "nt", reason="signals, pipes and argument bytes as Unix has them")


@pytest.fixture(autouse=True)
def no_exact_file(monkeypatch, tmp_path):
    """Neither a teacher's file nor the cache of whoever runs the tests: the offline plays are the default."""
    monkeypatch.delenv("TINYGPT_DATA", raising=False)
    monkeypatch.setattr(tiny_shakespeare, "cache_folder", lambda: tmp_path / "cache")


@pytest.fixture
def own_text(tmp_path) -> Path:
    path = tmp_path / "roads.txt"
    path.write_text(SENTENCES, encoding="utf-8")
    return path


@pytest.fixture
def model(own_text, tmp_path, capsys) -> Path:
    """A bigram of a few steps, on a text of one's own."""
    path = tmp_path / "roads.safetensors"
    assert main(train_words(own_text, path)) == 0
    capsys.readouterr()
    return path


def train_words(text: Path | str, out: Path | str, *more: str, steps: int = 20) -> list[str]:
    return ["train", "--preset", "bigram", "--corpus", str(text), "--steps", str(steps), "--out", str(out), *more]


def fails(capsys, arguments: list[str], code: int = 1) -> str:
    """Run a command that cannot succeed; its one sentence."""
    try:
        assert main(arguments) == code
    except SystemExit as understood:  # how argparse ends
        assert understood.code == code
    said = capsys.readouterr().err
    assert "Traceback" not in said
    return said.strip()


def command(*arguments: str | bytes, **options) -> subprocess.CompletedProcess:
    """A real process, every warning an error."""
    return subprocess.run([*PYTHON, *arguments], cwd=PROJECT, capture_output=True, timeout=120, **options)


PYTHON = (sys.executable, "-W", "error", "-m", "tinygpt")


# What works


def test_train_on_a_text_of_ones_own_then_generate(own_text, tmp_path, capsys):
    out = tmp_path / "new folder" / "roads.safetensors"
    assert main(train_words(own_text, out, steps=300)) == 0
    said = capsys.readouterr()
    assert re.search(r"train loss \d\.\d{4}, val loss \d\.\d{4} nats per character", said.out)
    assert f"{len(SENTENCES):,} characters of roads.txt" in said.out
    assert f"saved: {out}" in said.out
    assert said.err == ""  # no progress bar where nobody looks
    assert main(["generate", str(out), "--prompt", "Two", "--length", "200"]) == 0
    written = capsys.readouterr().out
    assert written.startswith("Two") and len(written) == len("Two") + 200 + 1
    assert set(written) <= set(SENTENCES)


def test_a_model_that_learned_by_heart_is_told_and_the_one_of_the_lowest_val_loss_saved(tmp_path, capsys):
    text, out, lowest = (tmp_path / name for name in ("letters.txt", "last.safetensors", "lowest.safetensors"))
    text.write_text(by_heart.LETTERS, encoding="utf-8")
    words = ["train", "--preset", "layer-norm", "--corpus", str(text), "--steps", "600", "--learning-rate", "0.003"]
    assert main([*words, "--out", str(out), "--lowest", str(lowest)]) == 0
    said, last, best = capsys.readouterr().out, read_info(out), read_info(lowest)
    step = best["step"]
    assert f"layer-norm learned the training text by heart: val loss was lowest at step {step}" in said
    assert "worse than guessing (3.26), while training text costs" in said
    assert f"in {lowest}: lowest val loss, step {step}" in said
    assert 0 < step < last["step"] == 600 and best["lowest_val_loss"] < last["val_loss"] and best["val_loss"] is None
    assert load(lowest).model.config == load(out).model.config


def test_two_models_need_two_files(own_text, tmp_path, capsys):
    one = tmp_path / "a.safetensors"
    assert "two models need two files" in fails(capsys, train_words(own_text, one, "--lowest", str(one)))


def test_where_the_last_model_is_the_best_it_is_saved_as_that(own_text, tmp_path, capsys):
    lowest = tmp_path / "lowest.safetensors"
    assert main(train_words(own_text, tmp_path / "a", "--lowest", str(lowest), steps=200)) == 0
    assert f"in {lowest}: lowest val loss, step 200" in capsys.readouterr().out
    assert read_info(lowest)["sha256"] == read_info(tmp_path / "a")["sha256"]


def test_without_a_corpus_it_trains_on_the_offline_plays(tmp_path, capsys):
    out = tmp_path / "plays.safetensors"
    assert main(["train", "--preset", "bigram", "--steps", "30", "--out", str(out)]) == 0
    assert "4,225 parameters, 1,131,954 characters of shakespeare-plays" in capsys.readouterr().out
    info = read_info(out)
    assert (info["corpus"], info["preset"], info["step"], info["seed"]) == ("shakespeare-plays", "bigram", 30, 1337)
    assert info["ended"] == "finished"
    assert info["train_loss"] < 4.8 and info["val_loss"] < 4.8  # 30 steps from about 4.8


def test_one_seed_is_one_model_and_another_seed_another(own_text, tmp_path):
    digests = []
    for name, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        assert main(train_words(own_text, tmp_path / name, "--seed", seed)) == 0
        digests.append(read_info(tmp_path / name)["sha256"])
    assert digests[0] == digests[1] != digests[2]


def test_one_seed_is_one_text(model, capsys):
    for seed in ("1", "1", "2"):
        assert main(["generate", str(model), "--seed", seed, "--length", "80"]) == 0
    first, second, third = (part for part in re.findall(r".{80}\n", capsys.readouterr().out, re.DOTALL)[:3])
    assert first == second != third


def test_temperature_zero_always_takes_the_likeliest(model, capsys):
    main(["generate", str(model), "--temperature", "0", "--seed", "1"])
    cautious = capsys.readouterr().out
    main(["generate", str(model), "--top-k", "1", "--seed", "2"])
    assert capsys.readouterr().out == cautious


def test_info_says_how_the_model_was_made(model, capsys):
    assert main(["info", str(model)]) == 0
    facts = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert facts["preset"] == facts["family"] == "bigram"
    assert (facts["step"], facts["seed"], facts["corpus"]) == ("20", "1337", "roads.txt")
    assert re.fullmatch(r"\d\.\d{4}", facts["val_loss"])


def test_presets_are_listed_with_their_sizes(capsys):
    assert main(["presets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(PRESETS)
    assert "42,369 parameters" in next(line for line in lines if line.startswith("layer-norm"))


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_goes_by_its_name_and_by_its_title_on_the_page(capsys, preset):
    title = PRESETS[preset].title
    main(["presets"])
    assert f'{preset:13} "{title}" ' in capsys.readouterr().out
    for said in (preset, title, title.upper()):
        assert parser().parse_args(["train", "--preset", said]).preset == preset


def test_help_says_the_first_steps(capsys):
    with pytest.raises(SystemExit) as done:
        main(["--help"])
    shown = capsys.readouterr().out
    assert done.value.code == 0
    steps = re.findall(r"^  python -m tinygpt (\w+)", shown, re.MULTILINE)
    assert steps == ["generate", "presets", "train", "generate"]
    shipped = re.search(r"generate (checkpoints/\S+)", shown)
    assert shipped and (PROJECT / shipped[1]).is_file(), "the first step works from a fresh clone"


def test_no_command_at_all_shows_the_help(capsys):
    assert main([]) == 2
    assert "first steps:" in capsys.readouterr().out


def test_a_model_that_is_not_kept_says_how_to_keep_it(own_text, capsys):
    assert main(["train", "--preset", "bigram", "--corpus", str(own_text), "--steps", "1"]) == 0
    assert "not saved: add --out" in capsys.readouterr().out


# What the command line does not understand: exit code 2, and the option that is meant


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("train --preset gpt5", "'gpt5'.*choose from.*bigram"),
        ("train", "required: --preset"),
        ("train --preset bigram --steps 0", "--steps: a whole number of at least 1 is needed, not '0'"),
        ("train --preset bigram --steps 1e3", "--steps: a whole number"),
        ("train --preset bigram --learning-rate nan", "--learning-rate: a number above 0 is needed.*'nan'"),
        ("train --preset bigram --learning-rate 0", "--learning-rate: a number above 0"),
        ("train --preset bigram --learning-rate inf", "--learning-rate: a number above 0"),
        ("train --preset bigram --learning-rate -1", "--learning-rate: a number above 0"),
        ("train --preset bigram --seed -1", "--seed: a whole number of at least 0"),
        (f"generate x --seed {2**63}", "--seed: a whole number"),
        ("train --preset bigram --encoding klingon", "--encoding: the name of an encoding is needed, such as cp1252"),
        ("generate x --length 0", "--length: a whole number of at least 1"),
        ("generate x --temperature nan", "--temperature: 0, or a number from 0.001"),
        ("generate x --temperature 1e-40", "--temperature"),
        ("generate x --top-k 0", "--top-k: a whole number of at least 1"),
        ("generate", "required: MODEL"),
        ("frobnicate", "'frobnicate'.*choose from.*train"),
    ],
)
def test_what_is_not_understood_names_the_option(capsys, words, sentence):
    assert re.search(sentence, fails(capsys, words.split(), code=2))


# Texts


@pytest.mark.parametrize(
    ("blob", "sentence"),
    [
        (b"", "This text is empty"),
        (b"abc" * 3, "Your text has 9 characters; with a context of 8 it needs at least"),
        (b"%PDF-1.7\nabc", "not a plain text file but a PDF"),
        (b"PK\x03\x04abc", "a Word or LibreOffice document"),
        (bytes(range(64)) * 9, "not a plain text file; it looks like numbers"),
        (SENTENCES.encode() * 800, "2 MB is the most"),
        ("wörtlich übel gehört\n".encode("cp1252") * 40, "not stored as UTF-8.*wörtlich.*add: --encoding cp1252"),
        (SENTENCES.encode("utf-16-le"), "add: --encoding utf-16-le"),
    ],
)
def test_a_text_that_cannot_be_trained_on(tmp_path, capsys, blob, sentence):
    path, out = tmp_path / "text.txt", tmp_path / "out"
    path.write_bytes(blob)
    said = fails(capsys, train_words(path, out))
    assert said.startswith("tinygpt: ") and ("\n" not in said or "--encoding" in said)
    assert re.search(sentence, said)
    assert not out.exists()


def test_the_encoding_that_the_refusal_names_works(tmp_path, capsys):
    path, out = tmp_path / "text.txt", tmp_path / "out"
    path.write_bytes("".join(f"wörtlich {i} übel gehört\n" for i in range(40)).encode("cp1252"))
    said = fails(capsys, train_words(path, out))
    encoding = re.search(r"If that is right, add: --encoding (\S+)", said)[1]
    assert "  --encoding mac-roman" in said and said.endswith("save the file as UTF-8 first.")
    assert main(train_words(path, out, "--encoding", encoding)) == 0
    assert capsys.readouterr().err == "Read as Windows-1252.\n"
    assert "ö" in read_info(out)["chars"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-32"])
def test_a_text_with_a_byte_order_mark_is_read(tmp_path, encoding):
    path, out = tmp_path / "text.txt", tmp_path / "out"
    path.write_bytes(SENTENCES.encode(encoding))
    assert main(train_words(path, out)) == 0
    assert read_info(out)["chars"] == CharTokenizer.from_text(SENTENCES).chars


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("train --preset bigram --corpus nowhere.txt", "there is no text called 'nowhere.txt': name a text file, or"),
        ("train --preset bigram --corpus .", "is a folder"),
        ("train --preset bigram --corpus tinyshakespeare", "python -m tinygpt fetch.*TINYGPT_DATA"),
        ("train --preset bigram --corpus markov --encoding cp1252", "--encoding is for a text file of your own"),
    ],
)
def test_a_text_that_is_not_there(capsys, words, sentence):
    assert re.search(sentence, fails(capsys, words.split()))


# Where the model goes is looked at before the training, not after it


def test_a_folder_as_out(own_text, tmp_path, capsys):
    said = fails(capsys, train_words(own_text, tmp_path))
    assert "is a folder: name a file, such as" in said


def test_out_beneath_a_file(own_text, capsys):
    assert "is a file, not a folder" in fails(capsys, train_words(own_text, own_text / "model.safetensors"))


def test_an_essay_is_not_overwritten_by_a_model(own_text, capsys):
    assert "is not a model of tinygpt: choose another name" in fails(capsys, train_words(own_text, own_text))
    assert own_text.read_text(encoding="utf-8") == SENTENCES


@UNIX
def test_a_device_is_not_replaced_by_a_model(own_text, capsys):
    assert "choose another name" in fails(capsys, train_words(own_text, os.devnull))
    assert not Path(os.devnull).is_file()


def test_a_newer_model_takes_the_place_of_an_older_one(own_text, model, capsys):
    before = read_info(model)["sha256"]
    assert main(train_words(own_text, model, steps=21)) == 0
    assert read_info(model)["sha256"] != before


# Runs that end early


def test_a_run_that_diverges_says_so_and_its_model_is_kept(own_text, tmp_path, capsys):
    out = tmp_path / "wild.safetensors"
    assert main(train_words(own_text, out, "--learning-rate", "1e6", steps=500)) == 3
    said = capsys.readouterr()
    assert "Try a learning rate of 1e-3" in said.err and "Traceback" not in said.err
    info = load(out).info  # its weights are numbers
    assert (info["ended"], info["val_loss"]) == ("diverged", None)
    assert main(["generate", str(out), "--length", "10"]) == 0


@pytest.mark.parametrize("kept", [True, False])
def test_a_run_that_diverges_at_once_says_one_true_thing_about_its_model(own_text, tmp_path, capsys, kept):
    out = tmp_path / "wild.safetensors"
    arguments = train_words(own_text, out, "--learning-rate", "1e38", steps=500)
    assert main(arguments if kept else arguments[: arguments.index("--out")] + arguments[-2:]) == 3
    said = capsys.readouterr()
    assert ("The model of step 0 is kept." in said.err) == kept == (f"saved: {out}" in said.out) == out.exists()
    assert ("not saved: add --out" in said.out) == (not kept)
    if kept:
        assert load(out).info["step"] == 0 and main(["generate", str(out), "--length", "10"]) == 0


def test_where_no_bar_can_be_drawn_a_line_says_how_far_it_is(own_text, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("tinygpt.cli.train.EVERY", 0.0)
    assert main(train_words(own_text, tmp_path / "x", steps=3_000)) == 0
    first, *_ = lines = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"step [\d,]+ of 3,000, val loss \d\.\d{3}, (about \d+ s left|measuring the losses)", first)
    assert not [line for line in lines if not line.startswith("step ")]


def wait_for(terminal: int, pattern: bytes) -> None:
    """Read what a process shows on its terminal until it matches."""
    shown = b""

    def read() -> None:
        nonlocal shown
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 4096)

    until(lambda: re.search(pattern, shown), tick=read, says=lambda: shown)


def hear_ctrl_c() -> None:
    """As at a terminal: whoever runs the tests in the background has children that ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.slow
@UNIX
def test_ctrl_c_keeps_the_model_and_a_terminal_shows_progress(own_text, tmp_path):
    import termios  # not on Windows

    out = tmp_path / "stopped.safetensors"
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (24, 120))  # on a terminal without a width a bar has no room
    arguments = [*PYTHON, *train_words(own_text, out, steps=10**9)]
    with subprocess.Popen(
        arguments, cwd=PROJECT, stdout=subprocess.PIPE, stderr=theirs, preexec_fn=hear_ctrl_c
    ) as process:
        try:
            wait_for(ours, rb"[1-9]\d*/1000000000 .*val loss")
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=120)
        finally:
            process.kill()
            os.close(theirs)
            os.close(ours)
    assert process.returncode == 130
    assert b"saved: " in said and b"Traceback" not in said
    assert re.search(rb"^train loss about \d\.\d{3}, val loss about \d\.\d{3} nats per character", said, re.MULTILINE)
    info = load(out).info
    assert info["ended"] == "stopped" and info["step"] > 0 and info["val_loss"] is None


@pytest.mark.slow
@UNIX
def test_ctrl_c_while_it_writes_ends_quietly(model):
    with subprocess.Popen(
        [*PYTHON, "generate", str(model), "--length", str(10**9)], cwd=PROJECT, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, preexec_fn=hear_ctrl_c,
    ) as process:  # fmt: skip
        try:
            assert process.stdout and process.stdout.read(10)
            process.send_signal(signal.SIGINT)
            _, complaints = process.communicate(timeout=120)
        finally:
            process.kill()
    assert (process.returncode, complaints) == (130, b"Stopped.\n")


@pytest.mark.slow
@UNIX
def test_a_reader_that_has_had_enough_is_no_error(model):
    line = f"{' '.join(PYTHON)} generate {model} --length 100000 | head -c 10; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], cwd=PROJECT, capture_output=True, timeout=120)
    assert done.stderr == b""
    assert done.stdout[10:] == b"0\n"


# Model files


def altered(model: Path) -> bytes:
    blob = model.read_bytes()
    return blob[:-1] + bytes([blob[-1] ^ 1])


@pytest.mark.parametrize("order", ["generate", "info"])
@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda model: b"", "not a whole tinygpt model file"),
        (lambda model: SENTENCES.encode(), "not a tinygpt model file"),
        (lambda model: b"PK\x03\x04" + model.read_bytes(), "PyTorch .pt file. Such files can contain programs"),
        (lambda model: model.read_bytes()[:-100], "incomplete"),
        (lambda model: dumps(start(PRESETS["bigram"].spec("a", 3), Corpus.from_text("abc" * 99))), "in the middle"),
    ],
)
def test_a_foreign_or_truncated_file_is_refused(model, tmp_path, capsys, order, make, sentence):
    path = tmp_path / "other.safetensors"
    path.write_bytes(make(model))
    said = fails(capsys, [order, str(path)])
    assert sentence in said and said.startswith("tinygpt: ") and "\n" not in said


def test_an_altered_file_is_refused(model, tmp_path, capsys):
    path = tmp_path / "altered.safetensors"
    path.write_bytes(altered(model))
    assert "altered or damaged" in fails(capsys, ["generate", str(path)])


@pytest.mark.parametrize("order", ["generate", "info"])
def test_a_model_that_is_not_there(tmp_path, capsys, order):
    assert "there is no model file nowhere.safetensors" in fails(capsys, [order, "nowhere.safetensors"])
    assert "is a folder" in fails(capsys, [order, str(tmp_path)])


def test_a_strangers_model_does_not_command_the_terminal(tmp_path, capsys):
    path = tmp_path / "stranger.safetensors"
    tokenizer = CharTokenizer("\n\x1b[")
    path.write_bytes(model_bytes(build(PRESETS["bigram"].spec("a", 3).model), tokenizer, preset="\x1b]0;ha\x07"))
    assert main(["info", str(path)]) == main(["generate", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown and "\x07" not in shown and "\\x1b" in shown


# Prompts, paths and terminals of every kind


def test_what_the_model_has_never_seen_is_skipped_and_said(model, capsys):
    assert main(["generate", str(model), "--prompt", "Two €", "--length", "5"]) == 0
    said = capsys.readouterr()
    assert said.err == "This model has never seen '€': skipped.\n"
    assert said.out.startswith("Two ")


@pytest.mark.parametrize("prompt", ["", "\n", "€", "\udcff"])
def test_a_prompt_of_nothing_is_an_empty_line(model, capsys, prompt):
    texts = []
    for arguments in (["--prompt", prompt], []):
        assert main(["generate", str(model), "--length", "20", *arguments]) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1] and len(texts[0]) == 21


def test_a_language_without_lines_starts_with_its_first_letter(tmp_path, capsys):
    (tmp_path / "ab.txt").write_text("ab" * 200, encoding="utf-8")
    assert main(train_words(tmp_path / "ab.txt", tmp_path / "ab")) == 0
    capsys.readouterr()
    assert main(["generate", str(tmp_path / "ab"), "--length", "3"]) == 0
    said = capsys.readouterr()
    assert said.err == "" and said.out[0] == "a" and len(said.out) == 5


@pytest.mark.slow
@UNIX
def test_bytes_that_are_no_text_in_a_path_and_on_a_plain_terminal(own_text, tmp_path):
    odd = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    Path(os.fsdecode(odd)).write_text(SENTENCES, encoding="utf-8")
    out = os.fsencode(tmp_path) + b"/mod\xe8le"
    arguments = ("train", "--preset", "bigram", "--steps", "2", "--corpus", odd, "--out", out)
    done = command(*arguments, env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"characters of caf.txt" in done.stdout and rb"mod\udce8le" in done.stdout
    assert load(os.fsdecode(out)).info["corpus"] == "caf.txt"


@pytest.mark.slow
@UNIX
def test_letters_that_a_terminal_cannot_show_are_escaped_there_and_whole_in_a_file(tmp_path):
    path = tmp_path / "greek"
    path.write_bytes(model_bytes(build(PRESETS["bigram"].spec("a", 3).model), CharTokenizer("\nαβ")))
    words = ("generate", str(path), "--prompt", "α\udcff€", "--length", "50")
    plain = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    done = command(*words, env=plain)
    assert done.returncode == 0
    assert done.stderr.decode() == "This model has never seen '\\udcff', '€': skipped.\n"
    assert done.stdout.decode().startswith("α") and "β" in done.stdout.decode()
    ours, theirs = os.openpty()
    try:
        subprocess.run([*PYTHON, *words], cwd=PROJECT, env=plain, stdout=theirs, timeout=120, check=True)
        shown = os.read(ours, 4096)
    finally:
        os.close(theirs)
        os.close(ours)
    assert shown.startswith(rb"\u03b1") and rb"\u03b2" in shown


@pytest.mark.parametrize("start", [("-m", "tinygpt", "generate", "a b"), ("streamlit_app.py",)])
def test_a_python_without_the_packages_says_what_to_type(start):
    done = subprocess.run([sys.executable, "-S", *start], cwd=PROJECT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    typed = "python -m tinygpt generate 'a b'" if "-m" in start else "streamlit run streamlit_app.py"
    lacks = "torch" if "-m" in start else "streamlit"
    folder = ".venv/Scripts" if os.name == "nt" else ".venv/bin"
    said = rf"tinygpt: .+ lacks {lacks}\. In .+, type .*`{folder}/{re.escape(typed)}`\n"
    assert re.fullmatch(said, done.stderr), done.stderr


# The lecture's text


class OneFile(http.server.BaseHTTPRequestHandler):
    """Serves the same bytes for every address."""

    body = b"First Citizen:\n" * 1_000

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Says nothing: a test is quiet."""


@pytest.fixture
def server(monkeypatch) -> Iterator[str]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), OneFile) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setattr(tiny_shakespeare, "URL", f"http://127.0.0.1:{running.server_port}/input.txt")
        yield tiny_shakespeare.URL
        running.shutdown()
        thread.join()


def test_fetch_says_where_the_file_is_now(server, monkeypatch, capfd, tmp_path):
    monkeypatch.setattr(tiny_shakespeare, "SHA256", hashlib.sha256(OneFile.body).hexdigest())
    for said in ("is now here", "is already here"):
        assert main(["fetch"]) == 0
        shown = capfd.readouterr()
        assert shown.out == f"Tiny Shakespeare {said}: {tmp_path / 'cache' / 'tinyshakespeare.txt'}\n"
        assert shown.err == ""  # no progress bar where nobody looks


def test_fetch_refuses_another_file(server, tmp_path, capsys):
    assert "sent another file than the lecture's; nothing was kept" in fails(capsys, ["fetch"])
    assert not list((tmp_path / "cache").iterdir())


def test_fetch_without_a_network_says_the_other_way(server, monkeypatch, capsys):
    monkeypatch.setattr(
        tiny_shakespeare, "URL", "http://127.0.0.1:9/input.txt"
    )  # nobody listens on port 9 of this machine
    assert re.search("Could not download.*online.*TINYGPT_DATA", fails(capsys, ["fetch"]))


def test_an_error_of_the_system_is_a_sentence_without_its_number(model, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("TINYGPT_DATA", "x" * 5_000)  # no file system takes such a name
    said = fails(capsys, ["train", "--preset", "bigram", "--out", str(tmp_path / "x")])
    assert said.startswith("tinygpt: File name too long") and "Errno" not in said
