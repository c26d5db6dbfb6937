"""Every row of the notebooks, and every mistake in them, has its place on a page; every lesson follows the rules."""

import re
from dataclasses import replace

import pytest

from tests.words.curriculum import BEYOND, CURRICULUM, check_lesson
from tinygpt.files import PROJECT
from tinygpt.words.storyboard import CATALOGS, Answer, Lesson, Question, every_page, lesson

COVERED = {(row, one.name) for one in every_page() for scene in one.scenes.values() for row in scene.covers}
TOKENS = lesson("tokens")
FIRST, SECOND = list(TOKENS.scenes.values())[:2]


def of_scenes(**changes: object) -> Lesson:
    """Lesson 1 with its first scene changed."""
    return replace(TOKENS, scenes=TOKENS.scenes | {FIRST.id: replace(FIRST, **changes)})


def asking(*right: bool | str) -> Lesson:
    """Lesson 1 with another first question, whose answers are `right`."""
    answers = tuple(Answer(f"option {n}", "a reply", one) for n, one in enumerate(right))
    return of_scenes(question=Question("tok_1", "What?", answers))


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in sorted(CATALOGS.glob("*.toml"))])
def test_a_learner_s_notebook_is_never_taken_for_the_lecture_s(path):
    assert not re.findall(
        r"^.*(?<!study )(?<!beyond the )(?<!^)(?<!{)\b[Nn]otebook.*$", path.read_text("utf-8"), re.MULTILINE
    )


@pytest.mark.parametrize("row", CURRICULUM)
def test_every_row_has_its_page(row):
    missing = [page for page in CURRICULUM[row] if (row, page) not in COVERED]
    assert not missing


@pytest.mark.parametrize("scene", [scene for one in every_page() for scene in one.scenes.values() if scene.notebook])
def test_the_lines_of_a_notebook_stand_in_it(scene):
    seeds = [path.read_text("utf-8") for path in (PROJECT.parent / "shared" / "seeds").glob("*.txt")]
    if not seeds:
        pytest.skip("the study notebooks are not here")
    there = {line.strip() for text in seeds for line in text.splitlines()}
    assert [line for line in scene.notebook.splitlines() if line.strip() not in there] == []


@pytest.mark.parametrize("one", [pytest.param(one, id=one.name) for one in every_page()])
def test_every_lesson_follows_the_rules(one):
    assert check_lesson(one) == []


def test_a_lesson_of_one_scene_is_a_lesson():
    assert check_lesson(replace(TOKENS, scenes={FIRST.id: FIRST})) == []


def test_a_scene_may_go_beyond_the_notebooks():
    assert check_lesson(of_scenes(covers=(BEYOND,))) == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (replace(TOKENS, number=2), "its number is 2"),
        (replace(TOKENS, number=9), "its number is 9"),
        (replace(TOKENS, name="gone"), "its page pages/learn/gone.py is missing"),
        (replace(lesson("slips"), check=TOKENS.check), "its check has 3 questions, not 0"),
        (replace(TOKENS, scenes={}), "it has no scene"),
        (replace(TOKENS, check=TOKENS.check[:2]), "its check has 2 questions, not 3"),
        (of_scenes(open=False), "tok-1 is its first scene, so it needs open = true"),
        (replace(TOKENS, scenes=TOKENS.scenes | {SECOND.id: replace(SECOND, open=True)}), "tok-2 is open"),
        (of_scenes(say="Too short."), "tok-1 says 2 words first, not 5 to 60"),
        (of_scenes(covers=()), "tok-1 covers nothing"),
        (of_scenes(covers=("N1 nothing",)), "tok-1 covers 'N1 nothing'"),
        (of_scenes(templates={"caption": "{n"}), "the template 'caption' of tok-1 cannot be filled in"),
        (asking(True), "the question tok_1 has 1 answers, not 2 to 5"),
        (asking(False, False), "the question tok_1 has 0 right answers, not one"),
        (asking(True, True), "the question tok_1 has 2 right answers, not one"),
        (asking("is_low", True), "each of its answers needs a fact of its own"),
        (asking("is_low", "is_low"), "each of its answers needs a fact of its own"),
    ],
)
def test_each_mistake_is_said_in_a_sentence(wrong, says):
    assert any(says in mistake for mistake in check_lesson(wrong)), check_lesson(wrong)
