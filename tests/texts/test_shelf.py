"""Whose a text is: it belongs to who brought it, is shared only when she says so, and is gone when she deletes it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygpt.files import BLOCK
from tinygpt.texts import shelf as shelves
from tinygpt.texts.own import kept_text
from tinygpt.texts.shelf import MAX_OF_A_STUDENT, MB, TextShelf, read_owners, title_of

ADA, BEN, EVE = ("a" * 32, "b" * 32, "e" * 32)
POEM = "Two roads diverged in a yellow wood, and sorry I could not travel both.\n"


@pytest.fixture
def shelf(tmp_path) -> TextShelf:
    return TextShelf(tmp_path)


def again(shelf: TextShelf) -> TextShelf:
    """The same folder, as the next server finds it."""
    return TextShelf(shelf.folder)


def test_a_text_keeps_its_name_over_a_restart(shelf):
    key = shelf.keep(POEM, ADA, "roads.txt")
    assert kept_text(key, shelf.folder) == POEM
    for one in (shelf, again(shelf)):
        assert {key: own.name for key, own in one.of(ADA).items()} == {key: "roads.txt"}
        assert one.of(BEN) == {}


def test_a_text_is_nobody_elses_until_it_is_shared_and_again_when_it_is_not(shelf):
    key = shelf.keep(POEM, ADA, "roads.txt")
    assert shelf.shared_name(key) is None
    shelf.share(key, ADA, True)
    assert again(shelf).shared_name(key) == "roads.txt"
    shelf.share(key, ADA, False)
    assert again(shelf).shared_name(key) is None


@pytest.mark.parametrize("order", ["share", "rename", "delete"])
def test_nobody_else_may_share_rename_or_delete_it(shelf, order):
    key = shelf.keep(POEM, ADA, "roads.txt")
    more = {"share": (True,), "rename": ("mine",), "delete": ()}[order]
    with pytest.raises(ValueError, match="not here .* or it is not yours"):
        getattr(shelf, order)(key, EVE, *more)
    assert shelf.of(ADA)[key].name == "roads.txt" and not shelf.of(ADA)[key].shared


def test_deletion_leaves_nothing_on_disk(shelf):
    key = shelf.keep(POEM, ADA, "roads.txt")
    shelf.delete(key, ADA)
    assert list(shelf.folder.iterdir()) == []
    assert not shelf.is_here(key) and shelf.of(ADA) == {}


def test_a_text_that_two_have_brought_stays_for_the_other(shelf):
    key = shelf.keep(POEM, ADA, "roads.txt")
    assert shelf.keep(POEM, BEN, "frost.txt") == key
    shelf.delete(key, ADA)
    assert shelf.of(ADA) == {} and shelf.of(BEN)[key].name == "frost.txt"
    assert again(shelf).of(ADA) == {}
    shelf.delete(key, BEN)
    assert list(shelf.folder.iterdir()) == []


def test_names_are_cleaned_and_told_apart(shelf):
    for n in "abc":
        key = shelf.keep(POEM + n, ADA, "  ro\u202eads\n.txt", taken=["Tiny Shakespeare"])
    assert [own.name for own in shelf.of(ADA).values()] == ["roads .txt", "roads .txt \u00b7 b", "roads .txt \u00b7 c"]
    key = shelf.keep(POEM, ADA, "\u200b")
    assert shelf.of(ADA)[key].name == "a text"
    assert shelf.rename(key, ADA, "Tiny Shakespeare", taken=["Tiny Shakespeare"]) == "Tiny Shakespeare \u00b7 b"
    assert shelf.rename(key, ADA, " ") == "Tiny Shakespeare \u00b7 b"
    assert shelf.rename(key, ADA, "roads .txt") == "roads .txt \u00b7 d"


def test_a_text_of_before_belongs_to_who_has_used_it_and_stays_deleted(shelf):
    first = shelf.keep(POEM, ADA, "roads.txt")
    (shelf.folder / f"{first}.json").unlink()
    old = again(shelf)
    old.claim(first, ADA, 1_000.0)
    old.claim(first, BEN, 2_000.0)
    assert first in old.of(ADA) and first in old.of(BEN)
    old.delete(first, ADA)
    old.claim(first, ADA, 1_000.0)
    assert first not in old.of(ADA)


def test_a_run_of_somebody_elses_text_makes_it_not_mine(shelf):
    key = shelf.keep(POEM, ADA, "roads.txt")
    shelf.claim(key, EVE, shelf.of(ADA)[key].since + 60)
    assert shelf.of(EVE) == {}


def test_a_student_has_so_much_room_and_is_told_before_it_is_reached(shelf, monkeypatch):
    monkeypatch.setattr(shelves, "MAX_OF_A_STUDENT", 5 * BLOCK)
    assert shelf.room_words(ADA) == ""
    keys = [shelf.keep(POEM + n, ADA, f"{n}.txt") for n in "abcde"]
    assert "Your texts take 0.0 MB of the 0.0 MB that a student has here." in shelf.room_words(ADA)
    with pytest.raises(ValueError, match="Your texts take .* this one needs .* Delete one: choose it as Text"):
        shelf.keep(POEM + "f", ADA, "f.txt")
    assert shelf.keep(POEM + "a", ADA, "a.txt") == keys[0]  # what is there needs no more room
    shelf.keep(POEM + "f", BEN, "f.txt")  # another student has room of her own
    shelf.delete(keys[0], ADA)
    shelf.keep(POEM + "f", ADA, "f.txt")


def test_the_server_has_so_much_room_for_all(shelf, monkeypatch):
    monkeypatch.setattr(shelves, "MAX_OF_ALL", 3 * BLOCK)
    for n, student in enumerate("012"):
        shelf.keep(f"{POEM}{n}", student * 32, "roads.txt")
    with pytest.raises(ValueError, match="The texts of all students take .* ask whoever runs this server"):
        shelf.keep(POEM, ADA, "roads.txt")
    with pytest.raises(ValueError, match="The texts of all students"):
        again(shelf).keep(POEM, ADA, "roads.txt")
    assert shelf.keep(f"{POEM}0", ADA, "roads.txt")  # one that is there


def test_ten_of_the_largest_texts_have_room():
    assert MAX_OF_A_STUDENT == 10 * 2 * MB


def test_a_text_that_cannot_be_stored_is_nobodys(tmp_path):
    folder = tmp_path / "file"
    folder.write_text("not a folder")
    shelf = TextShelf(folder)
    with pytest.raises(OSError):
        shelf.keep(POEM, ADA, "roads.txt")
    assert shelf.of(ADA) == {} and shelf.room_words(ADA) == ""


keys = st.sampled_from(["name", "shared", "since", ADA, BEN]) | st.text()
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(keys, inner),
    max_leaves=8,
)


@settings(max_examples=40)  # each writes to the disk
@given(st.binary(max_size=300) | anything.map(lambda one: json.dumps(one).encode()) | st.just(b"[" * 100_000))
def test_a_record_that_is_nonsense_has_no_owners_and_harms_nobody(tmp_path_factory, blob):
    shelf = TextShelf(tmp_path_factory.mktemp("texts"))
    good, bad = shelf.keep(POEM, ADA, "roads.txt"), shelf.keep(POEM + "!", ADA, "wood.txt")
    (shelf.folder / f"{bad}.json").write_bytes(blob)
    found = again(shelf)
    assert found.of(ADA)[good].name == "roads.txt"
    for owned in filter(None, read_owners(shelf.folder / f"{bad}.json").values()):
        assert owned.name.isprintable() and 0 <= owned.since < 1e12
    found.claim(bad, BEN, 0.0)
    found.keep(POEM + "!", ADA, "wood.txt")
    assert bad in again(shelf).of(ADA)


def test_strange_files_in_the_folder_are_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / ("f" * 64 + ".txt")).mkdir()
    (tmp_path / ("0" * 64 + ".txt")).symlink_to(tmp_path / "nowhere")
    assert TextShelf(tmp_path).of(ADA) == {}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("\n\n  To be, or not\n to be", "To be, or not to be"),
        (POEM, "Two roads diverged in a\u2026"),
        ("x" * 100, "x" * 24 + "\u2026"),
        ("\u671d\u3001" * 50, "\u671d\u3001" * 12 + "\u2026"),
        ("\u200b\u3164", ""),
    ],
)
def test_a_pasted_text_is_called_by_its_first_words(text, name):
    assert title_of(text) == name
