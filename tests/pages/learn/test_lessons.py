"""Every lesson as a student meets it: questions before pictures, replies, the way on."""

import pytest

from tests.pages.learn.lesson_pages import asked, hidden, opened, pictures, replied
from tinygpt.words.storyboard import every_page, lessons

LESSONS = [pytest.param(one, id=one.name) for one in lessons()]
PAGES = [pytest.param(one, id=one.name) for one in every_page()]
CLOSED = [  # the first scene of each lesson that hides its picture; a lesson of one scene has none
    pytest.param(one, closed[0], id=one.name)
    for one in every_page()
    if (closed := [scene for scene in one.scenes.values() if scene.question and not scene.open])
]


@pytest.mark.parametrize("one", PAGES)
def test_questions_stand_before_their_pictures(one):
    page = opened(one.name)
    assert page.title[0].value == one.title
    there = {header.anchor for header in page.header}  # a scene may come with the answer to the one before it
    closed = [f"show_{scene.key}" for scene in one.scenes.values() if scene.question and not scene.open]
    assert hidden(page) == [key for key in closed if key.removeprefix("show_").replace("_", "-") in there]
    assert len(there) >= len(one.scenes)


@pytest.mark.parametrize("one", PAGES)
def test_a_teacher_s_link_shows_everything(one):
    page, closed = opened(one.name, reveal="all"), opened(one.name)
    assert hidden(page) == []
    assert (pictures(page) > pictures(closed)) == bool(hidden(closed))
    assert [header.anchor for header in page.header] == [*one.scenes, *(["check"] if one.number else [])]


@pytest.mark.parametrize(("one", "scene"), CLOSED)
def test_any_answer_opens_the_picture_and_gets_its_reply(one, scene):
    page = opened(one.name)
    asked(page, scene.question.id).set_value(0).run()
    assert not page.exception
    assert f"show_{scene.key}" not in hidden(page)
    right = scene.question.answers[0].right
    given = ("Right.", "Not quite.") if isinstance(right, str) else ("Right.",) if right else ("Not quite.",)
    assert any(f": **{word}**" in text.value for word in given for text in page.markdown)


@pytest.mark.parametrize("one", PAGES)
def test_what_is_right_is_one_answer_also_where_it_is_measured(one):
    asked_for = [*(scene.question for scene in one.scenes.values() if scene.question), *one.check]
    measured = [q for q in asked_for if any(isinstance(answer.right, str) for answer in q.answers)]
    page, right = opened(one.name), dict.fromkeys((question.id for question in measured), 0)
    for n in range(max((len(question.answers) for question in measured), default=0)):
        with_n = [question for question in measured if n < len(question.answers)]
        for question in with_n:
            asked(page, question.id).set_value(n)
        page.run()
        for question in with_n:
            right[question.id] += replied(page, question.id).startswith("**Right.**")
    assert right == dict.fromkeys(right, 1)


@pytest.mark.parametrize(("one", "scene"), CLOSED)
def test_show_me_opens_the_picture_without_an_answer(one, scene):
    page = opened(one.name)
    page.button(key=f"show_{scene.key}").click().run()
    assert not page.exception and f"show_{scene.key}" not in hidden(page)


@pytest.mark.slow
def test_no_setting_of_one_page_breaks_another():
    page = opened(lessons()[0].name, reveal="all")
    pages = [*(f"learn/{one.name}.py" for one in every_page()), "lab/train.py"]
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
    assert any("**Not quite.** A newline" in text.value for text in page.markdown)
