"""Whatever students paste or upload: repaired with a note, asked about, or refused with a way out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.corpus import Corpus, check_length, largest_block_size
from tinygpt.texts.cleaning import MAX_BYTES, MAX_FILE_BYTES, clean_name, clean_text, read_text
from tinygpt.texts.decoding import NotUtf8, TextRefused
from tinygpt.tokenizer import CharTokenizer

any_text = st.text(st.characters(exclude_categories=()))  # lone surrogates too


def test_a_plain_text_stays_as_it_is():
    assert clean_text("To be,\n\tor not.") == ("To be,\n\tor not.", ())
    assert read_text("Bücher, naïve, 日本".encode()) == ("Bücher, naïve, 日本", ())


@pytest.mark.parametrize(
    ("text", "clean", "note"),
    [
        ("\ufeffab", "ab", "1 byte order mark was removed."),
        ("a\r\nb\rc\n", "a\nb\nc\n", "2 line ends were unified (Windows or old Mac)."),
        ("a\x00b\x07\x9fc\td", "abc\td", "3 control characters were removed."),
        ("a\x1b[31mred\x1b[0m b", "ared b", "2 terminal color codes were removed."),
        ("a\ud83d b", "a\ufffd b", "1 broken character was replaced by \ufffd."),
        ("aaaa", "aaaa", "Only one symbol: the loss goes to 0 at once. Try a richer text."),
    ],
)
def test_what_was_changed_is_told(text, clean, note):
    assert clean_text(text) == (clean, (note,))


@pytest.mark.parametrize("text", ["", "\0" * 64, "   \n\t ", "\ufeff", "\x00\x01", "\r\n"])
def test_a_text_with_nothing_in_it_is_refused(text):
    with pytest.raises(TextRefused, match="empty. Paste or upload"):
        clean_text(text)


def test_two_megabytes_are_the_most():
    assert len(clean_text("ab" * (MAX_BYTES // 2)).text) == MAX_BYTES
    for too_large in ("a" * (MAX_BYTES + 1), "é" * (MAX_BYTES // 2 + 1)):  # bytes count, not characters
        with pytest.raises(TextRefused, match="2.0 MB; 2 MB is the most"):
            clean_text(too_large)
        for codec in ("utf-8", "utf-16", "utf-32"):
            with pytest.raises(TextRefused, match="MB; 2 MB is the most. Take a part"):
                read_text(too_large.encode(codec))


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize("character", ["a", "\u00e9", "\u6c34", "\U0001f989"])
def test_two_megabytes_of_text_are_taken_however_they_are_stored(codec, character):
    text = (character + "b") * (MAX_BYTES // (len(character.encode()) + 1))
    data = text.encode(codec)
    assert len(data) <= MAX_FILE_BYTES
    assert read_text(data).text == text


def test_4096_distinct_characters_are_the_most():
    signs = "".join(map(chr, range(0x4E00, 0x4E00 + 4_097)))
    assert clean_text(signs[:-1]).text == signs[:-1]
    with pytest.raises(TextRefused, match="4,097 different characters; 4,096 is the most"):
        clean_text(signs)


@given(any_text)
def test_cleaning_ends_in_text_that_can_be_written_and_learned(text):
    try:
        clean = clean_text(text).text
    except TextRefused:
        return
    assert clean.encode().decode() == clean
    tokenizer = CharTokenizer.from_text(clean)
    assert tokenizer.decode(tokenizer.encode(clean)) == clean


@given(st.text(st.sampled_from("a\r\n\x00\ufeff\ud83d\ude00\t\x85 é"), max_size=12) | any_text)
def test_cleaning_twice_changes_nothing_more(text):
    try:
        once = clean_text(text)
    except TextRefused:
        return
    again = clean_text(once.text)
    assert again.text == once.text
    assert [note for note in again.notes if not note.startswith("Only one symbol")] == []


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_words(data):
    try:
        assert read_text(data).text.encode()
    except (NotUtf8, TextRefused) as error:
        assert len(str(error)) > 20


@pytest.mark.parametrize("codec", ["utf-16", "utf-32"])
def test_a_marked_file_is_read_by_its_mark(codec):
    clean = read_text("Notepad\r\nwrites é".encode(codec))
    assert clean.text == "Notepad\nwrites é"
    assert clean.notes == (f"Read as {codec.upper()}.", "1 line end was unified (Windows or old Mac).")


def test_the_mark_of_utf_8_does_not_become_a_character():
    assert read_text(b"\xef\xbb\xbfabc").text == "abc"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_asked_about(codec):
    data = "plain words".encode(codec)
    with pytest.raises(NotUtf8) as caught:
        read_text(data)
    assert (caught.value.guess, caught.value.preview) == (codec, "plain words")
    assert read_text(data, encoding=caught.value.guess).text == "plain words"


@pytest.mark.parametrize(
    ("codec", "label", "text"),
    [
        ("cp1252", "Windows-1252", "Café crème"),
        ("cp1252", "Windows-1252", "El niño comió piña en la montaña; ¿dónde está?"),
        ("cp1252", "Windows-1252", "Die Straße führt über die Brücke. Äpfel sind schön."),
        ("cp1250", "Windows-1250", "Zażółć gęślą jaźń. Chrząszcz brzmi w trzcinie, proszę państwa."),
        ("cp1251", "Windows-1251", "Все счастливые семьи похожи друг на друга, каждая несчастлива по-своему."),
        ("koi8-r", "KOI8-R", "Утром на реке стоял густой туман, и лодки у берега казались серыми птицами."),
        ("cp866", "DOS 866", "Старый перевозчик вышел из дома и посмотрел на небо."),
        ("cp932", "Shift-JIS [(]CP932[)]", "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"),
    ],
)
def test_other_encodings_are_guessed_shown_and_read_once_confirmed(codec, label, text):
    with pytest.raises(NotUtf8, match=f"not stored as UTF-8. Read as {label}?") as caught:
        read_text(text.encode(codec))
    assert (caught.value.guess, caught.value.preview) == (codec, text)
    assert read_text(text.encode(codec), encoding=codec) == (text, (f"Read as {caught.value.label}.",))


def test_the_preview_shows_the_place_in_question():
    with pytest.raises(NotUtf8) as caught:
        read_text(("nothing to see " * 5_000 + "\ngarçon\n" + "and so on " * 5_000).encode("cp1252"))
    assert "see garçon and" in caught.value.preview
    assert len(caught.value.preview) <= 200


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n1 0 obj", "a PDF"),
        (b"PK\x03\x04\x14\x00", "Word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Word"),
        (b"{\\rtf1 hello}", "RTF"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"GIF89a", "GIF"),
        (b"\x1f\x8b\x08", "gzip"),
    ],
)
def test_files_that_are_no_plain_text_are_named(data, kind):
    with pytest.raises(TextRefused, match=f"not a plain text file but .*{kind}.*Export it as .txt"):
        read_text(data)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (bytes(range(256)) * 4, "numbers, not like letters"),
        (b"OggS" + bytes(range(64)) * 9, "a sound"),
        (b"\x7fELF\2\1\1" + bytes(range(64)) * 9, "a program"),
        (b"BM" + bytes(range(64)) * 9, "a picture"),
        (b"\0\1\0\0\0" + bytes(range(64)) * 9, "a font"),
    ],
)
def test_other_binaries_are_refused_and_called_what_they_look_like(data, kind):
    with pytest.raises(TextRefused, match=f"not a plain text file.*{kind}.*Export it as .txt, or copy its text"):
        read_text(data)


@pytest.mark.parametrize("data", [b"text \0with a NUL", b"abc\0def" * 30, b"one line\n" + b"\0" * 4096 + b"another\n"])
def test_a_gap_that_a_crash_has_left_is_removed_with_a_note(data):
    clean = read_text(data)
    assert clean.text.encode() == data.replace(b"\0", b"")
    assert clean.notes[0].endswith("removed.") and f"{data.count(0):,} control character" in clean.notes[0]


@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "no-such-codec", "base64", "rot13", "utf-16", "x" * 500])
def test_a_wrong_answer_to_the_question_is_refused_in_words(encoding):
    with pytest.raises(TextRefused, match="cannot be read as .* Save it as UTF-8"):
        read_text("garçons".encode("cp1252"), encoding=encoding)


def test_a_short_text_is_told_what_it_needs_and_both_ways_out():
    with pytest.raises(TextRefused) as caught:
        check_length("a" * 120, block_size=32)
    assert str(caught.value) == (
        "Your text has 120 characters; with a context of 32 it needs at least 331, because its last tenth is held back "
        "to validate. Add text, or choose a block_size of at most 10."
    )


def test_a_text_too_short_for_any_context_has_one_way_out():
    with pytest.raises(TextRefused, match=r"12 characters.*at least 91.*Add text\.$"):
        check_length("a" * 12, block_size=8)


@given(st.integers(1, 600), st.integers(1, 40))
def test_a_length_that_passes_can_be_trained_on(length, block_size):
    corpus = Corpus.from_text("ab" * 300)
    corpus = Corpus.from_text(corpus.text[:length])
    fits = min(len(corpus.train), len(corpus.val)) >= block_size + 2
    assert fits == (block_size <= largest_block_size(length))
    if fits:
        check_length(corpus.text, block_size)
        assert corpus.batch("val", 2, block_size)[0].shape == (2, block_size)
    else:
        with pytest.raises(TextRefused):
            check_length(corpus.text, block_size)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("  Ada\t\nLovelace ", "Ada Lovelace"),
        ("a\u202eb\u200bc\x07d\ufeff", "abcd"),
        ("\u2066x\u2069", "x"),
        ("x" * 50, "x" * 40),
        ("\u200b\u3164 ", ""),
        ("half \ud83d", "half"),
        ("Ωμέγα 日本 🦉", "Ωμέγα 日本 🦉"),
        ("<b>$x$</b>", "<b>$x$</b>"),  # whoever shows it shows it as plain text
    ],
)
def test_names(name, clean):
    assert clean_name(name) == clean


@given(any_text)
def test_a_clean_name_is_short_printable_and_stays(name):
    clean = clean_name(name)
    assert len(clean) <= 40
    assert clean.isprintable() and clean == clean.strip()
    assert clean.encode() is not None
    assert clean_name(clean) == clean
