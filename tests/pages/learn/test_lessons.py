"""Every lesson as a student meets it: questions before pictures, replies, the way on."""

import pytest

from tests.pages.learn.lesson_pages import asked, hidden, opened, pictures
from tinygpt.words.storyboard import lessons

LESSONS = [pytest.param(one, id=one.name) for one in lessons()]


@pytest.mark.parametrize("one", LESSONS)
def test_questions_stand_before_their_pictures(one):
    page = opened(one.name)
    assert page.title[0].value == one.title
    closed = [f"show_{scene.key}" for scene in one.scenes.values() if scene.question and not scene.open]
    assert hidden(page) == closed


@pytest.mark.parametrize("one", LESSONS)
def test_a_teacher_s_link_shows_everything(one):
    page = opened(one.name, reveal="all")
    assert hidden(page) == []
    assert pictures(page) > pictures(opened(one.name))
    assert [header.anchor for header in page.header][:-1] == list(one.scenes)


@pytest.mark.parametrize("one", LESSONS)
def test_any_answer_opens_the_picture_and_gets_its_reply(one):
    page = opened(one.name)
    scene = next(scene for scene in one.scenes.values() if scene.question and not scene.open)
    box = asked(page, scene.question.id)
    box.set_value(0).run()
    assert not page.exception
    assert f"show_{scene.key}" not in hidden(page)
    right = "Right." if scene.question.answers[0].right is True else "Not quite."
    if isinstance(scene.question.answers[0].right, bool):
        assert any(text.value.startswith(f"**{right}**") for text in page.markdown)


@pytest.mark.parametrize("one", LESSONS)
def test_show_me_opens_the_picture_without_an_answer(one):
    page = opened(one.name)
    first = hidden(page)[0]
    page.button(key=first).click().run()
    assert not page.exception and first not in hidden(page)


def test_no_setting_of_one_page_breaks_another():
    page = opened(lessons()[0].name, reveal="all")
    pages = [*(f"learn/{one.name}.py" for one in lessons()), "lab/train.py"]
    for path in [*pages, *reversed(pages)]:
        page.query_params["reveal"] = "all"
        page.switch_page(path).run()
        assert not page.exception, path


@pytest.mark.parametrize("one", LESSONS)
def test_every_lesson_leads_to_the_next(one):
    there = [other.name for other in lessons()]
    at = there.index(one.name)
    links = [link.proto.page for link in opened(one.name).get("page_link")]
    assert links[-1] == (there[at + 1] if at + 1 < len(there) else "train")


def test_a_reply_begins_with_a_capital():
    page = opened("bigram")
    asked(page, "big_2").set_value(3).run()  # the row of ":", which a newline follows
    assert any(text.value.startswith("**Not quite.** A newline") for text in page.markdown)
