"""How long a lesson takes, reckoned from its catalog, so that a longer lesson does not promise a short one's time."""

from collections.abc import Iterator

from tinygpt.words.storyboard import Lesson, Question

PER_MINUTE = 150  # words: a bit over half the pace of a novel, since many a number is to be looked up in a picture
QUESTION = 0.75  # minutes to think, choose and read the reply
PICTURE = 1.0  # minutes at a scene's picture: to read it, and to move its controls once there and back
STEP = 5  # minutes: nobody can say it more exactly
NOT_READ = ("alt", "formula", "deeper")  # beginnings of the templates that are no text, or read by few


def minutes(lesson: Lesson) -> int:
    """How many minutes a student needs who reads all of a lesson and answers every question, to the next STEP.

    Six lessons tried with a clock took 12-15, 25-30, 20-25, 30, 20 and 30 minutes, about 3 a scene; with
    the scenes that they have now, this comes out within 8 of that.
    """
    asked = [scene.question for scene in lesson.scenes.values() if scene.question]
    questions = len(asked) + len(lesson.check)
    words = sum(len(text.split()) for text in _read(lesson))
    needed = words / PER_MINUTE + questions * QUESTION + len(lesson.scenes) * PICTURE
    return max(STEP, STEP * round(needed / STEP))


def _read(lesson: Lesson) -> Iterator[str]:
    """Every text that is read, each once; of the replies to a question only one."""
    for scene in lesson.scenes.values():
        yield from (scene.title, scene.say)
        yield from (text for name, text in scene.templates.items() if not name.startswith(NOT_READ))
        if scene.question:
            yield from _of_question(scene.question)
    for question in lesson.check:
        yield from _of_question(question)


def _of_question(question: Question) -> Iterator[str]:
    yield question.ask
    yield from (answer.option for answer in question.answers)
    yield max((answer.reply for answer in question.answers), key=len)
