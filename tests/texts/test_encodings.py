"""How a file is stored: the right reading comes first for prose of 24 languages, and is always among those offered."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.texts.sentences import PROSE
from tinygpt.cli.parser import encoding
from tinygpt.texts.cleaning import read_text
from tinygpt.texts.decoding import NotUtf8, TextRefused
from tinygpt.texts.encodings import OFFERED, SEVEN_BITS, WIDE, label, oddity

STORED = [(language, codec) for language, prose in PROSE.items() for codec in prose.codecs]
WITHOUT_A_MARK = [(language, codec) for language in PROSE for codec in WIDE]


def readings_of(text: str, codec: str) -> list[str]:
    """What the readings of a text say that is stored in `codec`, the likeliest first."""
    data = text.encode(codec)
    with pytest.raises(NotUtf8) as caught:
        read_text(data)
    return [read_text(data, one.codec).text for one in caught.value.readings]


def sentences(text: str) -> list[str]:
    """The sentences of a text that are longer than a few words."""
    return [part for part in text.replace("\u3002", "\u3002|").replace(". ", ".|").split("|") if len(part) > 15]


@pytest.mark.parametrize(("language", "codec"), STORED)
def test_some_sentences_of_a_language_are_read_right_at_the_first_guess(language, codec):
    text = PROSE[language].text
    assert readings_of(text, codec)[0] == text


@pytest.mark.parametrize(("language", "codec"), WITHOUT_A_MARK)
def test_what_has_two_or_four_bytes_a_character_and_no_mark_is_read_right_at_the_first_guess(language, codec):
    text = PROSE[language].text
    assert readings_of(text, codec)[0] == text


def test_one_sentence_is_read_right_at_the_first_guess_in_19_of_20_cases_and_is_always_offered():
    first, wrong = 0, []
    cases = [
        (language, codec, sentence)
        for language, codec in STORED
        for sentence in sentences(PROSE[language].text)
        if sentence.encode(codec) != sentence.encode()
    ]
    for language, codec, sentence in cases:
        offered = readings_of(sentence, codec)
        assert sentence in offered, (language, codec, sentence)
        first += offered[0] == sentence
        wrong += [(language, codec, sentence)] if offered[0] != sentence else []
    assert len(cases) > 250
    assert first >= 0.95 * len(cases), wrong


@pytest.mark.parametrize("language", PROSE)
def test_a_long_text_with_little_beyond_ascii_is_read_by_that_little(language):
    codec = PROSE[language].codecs[0]
    text = "plain words\n" * 5_000 + PROSE[language].text + "\nmore of them\n" * 5_000
    assert readings_of(text, codec)[0] == text


@pytest.mark.parametrize("language", PROSE)
def test_readings_differ_and_each_says_what_it_would_say(language):
    data = PROSE[language].text.encode(PROSE[language].codecs[0])
    with pytest.raises(NotUtf8) as caught:
        read_text(data)
    found = caught.value.readings
    texts = [read_text(data, one.codec).text for one in found]
    assert len(set(texts)) == len(texts)
    assert all(one.preview.isprintable() and 0 < len(one.preview) <= 200 for one in found)
    assert found[0].preview[:20] == PROSE[language].text[:20]


@pytest.mark.parametrize("codec", [*OFFERED, *WIDE, *SEVEN_BITS, "utf-8"])
def test_every_reading_can_be_asked_for_on_the_command_line_and_has_a_name(codec):
    assert encoding(codec) == codec
    assert label(codec) and "_" not in label(codec)


@pytest.mark.parametrize(
    "code",
    [
        b"see \x1b$ and \x1b(B in the terminal's manual",
        b"x = {~{1}} f(a ~{b}) ~} +abc- +ABC-x, i++ + +j",
        b"dGhpcyBpcyBiYXNlNjQ+abcd+efgh/ijkl== and so on",
        b"a+b+c = d+e; total += 1 + width // 2 - 3",
        b"tel:+4930123456 and +49-30-9876543",
    ],
)
def test_plain_ascii_is_not_asked_about(code):
    assert read_text(code).text


@given(st.integers(2, 40), st.sampled_from(list(PROSE)), st.data())
def test_a_text_in_utf8_that_was_cut_or_damaged_stays_utf8(n, language, data):
    whole = (PROSE[language].text + "\n").encode() * 2
    places = data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=3))
    damaged = bytearray(whole)
    for place in places:
        damaged[place] = 0xFF
    with pytest.raises(NotUtf8, match="UTF-8 with [0-9]+ damaged byte") as caught:
        read_text(bytes(damaged))
    assert caught.value.guess == "utf-8"
    cleaned = read_text(bytes(damaged), "utf-8")
    assert any("replaced by \ufffd" in note for note in cleaned.notes)


@pytest.mark.parametrize("size", [64, 500, 20_000])
@pytest.mark.parametrize("seed", range(5))
def test_random_bytes_are_no_text(size, seed):
    with pytest.raises(TextRefused, match=r"not a plain text file.*Export it as \.txt"):
        read_text(random.Random(seed).randbytes(size))


def test_a_word_of_two_alphabets_is_odd():
    assert oddity("Cafι crθme") == 1
    assert oddity("яблоко, Ёлка, ПРИВЕТ и Café") == 0
    assert oddity("пРИВЕТ мир") == 0.5
    assert oddity("ひらがなとカタカナと漢字") == 0
