"""Text to training data, against the lecture's own numbers."""

import hashlib

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.corpus import CATALOGUE, Corpus, default_corpus, ids_of, load_corpus, split_point
from tinygpt.lessons.windows import LECTURE_BATCH, context_examples
from tinygpt.texts.keeping import forget_texts
from tinygpt.texts.own import keep_text
from tinygpt.tokenizer import LECTURE_CHARS, CharTokenizer


@pytest.fixture(autouse=True)
def nothing_at_hand(monkeypatch, tmp_path):
    """Tiny Shakespeare comes by `exact_file` or not at all: never from the cache of whoever runs the tests."""
    monkeypatch.delenv("TINYGPT_DATA", raising=False)
    monkeypatch.setattr("tinygpt.texts.tiny_shakespeare.cache_folder", lambda: tmp_path)
    forget_texts()


@pytest.fixture(params=["shakespeare-plays", "tinyshakespeare"])
def shakespeare(request) -> str:
    """The key of either text; the exact one needs its file."""
    if request.param == "tinyshakespeare":
        request.getfixturevalue("exact_file")
    return request.param


def numbers(length: int) -> Corpus:
    """A corpus whose ids are 0, 1, 2, ...: a window shows where it was taken."""
    return Corpus.from_text("".join(map(chr, range(0x4E00, 0x4E00 + length))))


def test_the_exact_file_is_the_lectures(exact_file):
    corpus = load_corpus("tinyshakespeare")
    assert len(corpus.text) == 1_115_394
    assert corpus.sha256 == "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
    assert "".join(sorted(set(corpus.text))) == LECTURE_CHARS
    assert (len(corpus.train), len(corpus.val)) == (1_003_854, 111_540)
    assert corpus.train.dtype == torch.int64


def test_both_shakespeares_speak_the_lectures_ids(shakespeare):
    corpus = load_corpus(shakespeare)
    assert corpus.name == shakespeare
    assert corpus.tokenizer.vocab_size == 65
    assert corpus.tokenizer.encode("hello, there!") == [46, 43, 50, 50, 53, 6, 1, 58, 46, 43, 56, 43, 2]
    assert corpus.train[:9].tolist() == [18, 47, 56, 57, 58, 1, 15, 47, 58]
    assert corpus.tokenizer.decode(corpus.data[-7:]) == "aking.\n"


def test_the_plays_are_split_at_ninety_percent():
    corpus = load_corpus("shakespeare-plays")
    assert len(corpus.train) == int(0.9 * len(corpus.text)) == 1_018_758
    assert len(corpus.train) + len(corpus.val) == len(corpus.text)


def test_one_window_asks_eight_questions(shakespeare):
    x, y = load_corpus(shakespeare).windows("train", torch.tensor([0]), block_size=8)
    questions = [(context.tolist(), target.item()) for context, target in context_examples(x[0], y[0])]
    assert questions[0] == ([18], 47)
    assert questions[1] == ([18, 47], 56)
    assert questions[7] == ([18, 47, 56, 57, 58, 1, 15, 47], 58)
    assert len(questions) == 8


def test_the_notebooks_slip_draws_the_notebooks_batch(exact_file):
    corpus = load_corpus("tinyshakespeare")
    batch_size, block_size = 4, 8
    generator = torch.Generator().manual_seed(1337)
    starts = torch.randint(len(corpus.train) - batch_size, (4,), generator=generator)  # sic: block_size was meant
    x, y = corpus.windows("train", starts, block_size)
    rows = torch.tensor(LECTURE_BATCH)
    assert x.tolist() == rows[:, :8].tolist()
    assert y.tolist() == rows[:, 1:].tolist()


def test_the_right_draw_gives_another_batch(exact_file):
    corpus = load_corpus("tinyshakespeare")
    starts = corpus.starts("train", 4, 8, torch.Generator().manual_seed(1337))
    assert starts.tolist() == [76_049, 234_249, 934_904, 560_986]
    x, y = corpus.batch("train", 4, 8, torch.Generator().manual_seed(1337))
    assert x[0].tolist() == [24, 43, 58, 5, 57, 1, 46, 43]
    assert y[0].tolist() == [43, 58, 5, 57, 1, 46, 43, 39]


def test_the_lectures_batch_is_at_hand_without_its_file():
    rows = torch.tensor(LECTURE_BATCH)
    assert rows.shape == (4, 9)
    assert load_corpus("shakespeare-plays").tokenizer.decode(rows[0]) == " vail you"


def test_y_is_x_one_id_later():
    x, y = numbers(100).windows("train", torch.tensor([3, 81]), block_size=4)
    assert x.tolist() == [[3, 4, 5, 6], [81, 82, 83, 84]]
    assert y.tolist() == [[4, 5, 6, 7], [82, 83, 84, 85]]
    assert x.is_contiguous() and y.is_contiguous()


def test_val_windows_come_from_the_last_tenth():
    x, y = numbers(100).windows("val", torch.tensor([0, 5]), block_size=4)
    assert x.tolist() == [[90, 91, 92, 93], [95, 96, 97, 98]]
    assert y[1].tolist() == [96, 97, 98, 99]


def test_every_place_that_fits_a_window_is_drawn_and_no_other():
    starts = numbers(100).starts("val", 500, 4, torch.Generator().manual_seed(0))  # val: 10 ids, windows of 4 + 1
    assert sorted(set(starts.tolist())) == [0, 1, 2, 3, 4, 5]


def test_a_window_beyond_the_end_is_refused():
    with pytest.raises(ValueError, match="reaches beyond the 10 of val"):
        numbers(100).windows("val", torch.tensor([6]), block_size=4)
    with pytest.raises(ValueError, match="reaches beyond the 10 of val"):
        numbers(100).windows("val", torch.tensor([0]), block_size=10)


def test_a_context_longer_than_the_text_is_refused_in_words():
    with pytest.raises(
        ValueError, match="The val part of this text has 10 characters; a context of 32 needs at least 33"
    ):
        numbers(100).batch("val", 4, 32, torch.Generator())


def test_a_split_has_one_of_two_names():
    with pytest.raises(ValueError, match="'test'"):
        numbers(100).split("test")


def test_one_seed_is_one_batch_and_the_global_seed_is_left_alone():
    before = torch.get_rng_state()
    first, second = (numbers(100).batch("train", 8, 4, torch.Generator().manual_seed(7)) for _ in range(2))
    assert torch.equal(first[0], second[0]) and torch.equal(first[1], second[1])
    assert torch.equal(before, torch.get_rng_state())


@given(st.text(min_size=11), st.integers(1, 8), st.integers(0, 2**32))
def test_any_batch_is_a_piece_of_the_text(text, block_size, seed):
    corpus = Corpus.from_text(text)
    if len(corpus.train) <= block_size:
        return
    x, y = corpus.batch("train", 3, block_size, torch.Generator().manual_seed(seed))
    assert x.shape == y.shape == (3, block_size)
    for row, after in zip(x, y, strict=True):
        assert corpus.tokenizer.decode([*row, after[-1]]) in text


def test_an_empty_text_is_refused():
    for chars in (None, "ab"):
        with pytest.raises(ValueError, match="empty"):
            Corpus.from_text("", chars=chars)


def test_characters_outside_a_given_vocabulary_are_refused_at_once():
    with pytest.raises(ValueError, match="'é'"):
        Corpus.from_text("café", chars=LECTURE_CHARS)


def test_a_corpus_is_known_by_its_text():
    assert Corpus.from_text("abc") == Corpus.from_text("abc")
    assert Corpus.from_text("é").sha256 == hashlib.sha256("é".encode()).hexdigest()
    assert "abc" * 9 not in repr(Corpus.from_text("abc" * 9))


def test_the_split_is_counted_as_in_the_lecture():
    assert [split_point(n) for n in (1, 10, 11, 1_115_394)] == [0, 9, 9, 1_003_854]


@pytest.mark.parametrize("key", [key for key in CATALOGUE if key != "tinyshakespeare"])
def test_every_text_but_the_exact_file_needs_no_network(key):
    corpus = load_corpus(key)
    assert corpus.name == key
    assert len(corpus.text) >= 200_000
    assert CATALOGUE[key].title and CATALOGUE[key].about.endswith(".")
    assert load_corpus(key) is corpus


def test_titles():
    assert [entry.title for entry in CATALOGUE.values()] == [
        "Shakespeare, nine plays",
        "Tiny Shakespeare",
        "Look-back language",
        "Markov language",
        "Copying language",
        "Brackets language",
    ]


def test_the_exact_file_is_the_default_when_it_is_here(exact_file):
    assert default_corpus() == "tinyshakespeare"


def test_the_plays_are_the_default_when_the_exact_file_is_not_here():
    assert default_corpus() == "shakespeare-plays"
    with pytest.raises(ValueError, match="python -m tinygpt fetch.*TINYGPT_DATA"):
        load_corpus("tinyshakespeare")


def test_an_own_text_is_kept_under_its_checksum(tmp_path):
    text = "Two roads\tdiverged …\n\u2028\U0001f333" * 3
    key = keep_text(text, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [f"{key}.txt"]
    corpus = load_corpus(key, folder=tmp_path)
    assert (corpus.text, corpus.sha256, corpus.name) == (text, key, key)


def test_a_text_is_written_once(tmp_path):
    file = tmp_path / f"{keep_text('abc', tmp_path)}.txt"
    before = file.stat().st_mtime_ns
    keep_text("abc", tmp_path)
    assert file.stat().st_mtime_ns == before


def test_a_damaged_text_is_refused_and_keeping_it_again_mends_it(tmp_path):
    key = keep_text("abc", tmp_path)
    (tmp_path / f"{key}.txt").write_bytes(b"abd\xff")
    with pytest.raises(ValueError, match="damaged.*again"):
        load_corpus(key, folder=tmp_path)
    keep_text("abc", tmp_path)
    assert load_corpus(key, folder=tmp_path).text == "abc"


@pytest.mark.parametrize("folder", [None, "here"])
def test_a_text_that_is_gone_says_so(folder, tmp_path):
    with pytest.raises(ValueError, match="not here .any more.. Paste or upload it again"):
        load_corpus("0" * 64, folder=folder and tmp_path)


@pytest.mark.parametrize(
    "key",
    ["", "nonsense", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "\\\\server\\share", "a" * 65, "..\0"],
)
def test_no_other_key_ever_becomes_a_path(key, tmp_path):
    with pytest.raises(ValueError, match="There is no corpus"):
        load_corpus(key, folder=tmp_path)


@given(st.text(min_size=1), st.text())
def test_a_whole_text_is_encoded_as_its_characters_are(known, text):
    tokenizer = CharTokenizer.from_text(known)
    if tokenizer.unknown(text):
        with pytest.raises(ValueError, match="Not among the"):
            ids_of(text, tokenizer)
    else:
        assert ids_of(text, tokenizer).tolist() == tokenizer.encode(text)
        assert ids_of(text + known, tokenizer).dtype == torch.int64


def test_half_a_surrogate_pair_is_a_character_like_any_other():
    text = "a\ud800b\U0001f600"
    assert Corpus.from_text(text).data.tolist() == CharTokenizer.from_text(text).encode(text)
