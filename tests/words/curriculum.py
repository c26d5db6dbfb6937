"""What the lessons have to cover, and the rules that every lesson follows."""

from collections.abc import Iterator

from tinygpt.words.storyboard import CATALOGS, Lesson, Question, Scene, fields, lessons

# A cell or a note of the notebooks (N1, N2), a mistake in them (M), a demonstration of the lecture -> its pages.
CURRICULUM: dict[str, list[str]] = {
    "N1 data": ["tokens"],
    "N1 tokenizer": ["tokens"],
    "N1 split": ["tokens"],
    "N1 context": ["tokens"],
    "N1 batch": ["tokens", "slips"],
    "N1 bigram": ["bigram"],
    "N1 training": ["bigram"],
    "N1 optimizer": ["bigram"],
    "N1 loop": ["bigram"],
    "N1 loss.item() 2.4401": ["bigram"],
    "N1/N2 averaging": ["averaging"],
    "N1 trick": ["averaging"],
    "N1/N2 tril(ones)": ["averaging"],
    "N1 version 2": ["averaging"],
    "N1 version 3": ["averaging"],
    "N1 softmax of the averaged matrix": ["averaging"],
    "N1 version 4": ["attention"],
    "N2 version 4": ["attention"],
    "N1 variance": ["scaling"],
    "N2 variance": ["slips"],
    "N1 softmax": ["scaling"],
    "N2 set-up": ["transformer"],
    "N2 torch.cat": ["bigram"],
    "N2 5//2": ["transformer"],
    "N2 t1 + t2": ["attention"],
    "note: lossy": ["averaging", "attention"],
    "note: future tokens": ["averaging"],
    "note: (T, T) @ (B, T, C)": ["averaging"],
    "note: affinity is data dependent": ["averaging"],
    "N1/N2 allclose(xbow, xbow3)": ["averaging"],
    "note: directed graph": ["attention"],
    "note: no notion of space": ["attention"],
    "note: batches do not talk": ["tokens", "attention"],
    "note: encoder = no tril": ["attention"],
    "note: self against cross": ["attention"],
    "note: values are aggregated": ["attention"],
    "note: affinity": ["attention"],
    "note: aligned": ["attention"],
    "note: data-dependent weights": ["transformer"],
    "note: extreme values converge to one-hot": ["scaling"],
    "mistake 1: softmax over dim=1": ["slips"],
    "mistake 2: rand instead of randn": ["slips"],
    "mistake 3: len(data) - batch_size": ["slips"],
    "mistake 4: data.type": ["slips"],
    "mistake 5: == on floats": ["slips"],
    "mistake 6: n_embd in the scale": ["slips"],
    "scale demo": ["scaling"],
    "ladder": ["transformer"],
    "floors": ["bigram", "transformer"],
}
BEYOND = "beyond the notebooks"  # what a scene covers that is in neither notebook
CHECKS = 3  # questions at the end of a lesson; a page beside the lessons has none
ANSWERS = range(2, 6)
WORDS = range(5, 61)  # said at the beginning of a scene


def check_lesson(lesson: Lesson) -> list[str]:
    """What is wrong with a lesson, a sentence for each mistake; nothing where it follows all rules."""
    return [f"{lesson.name}: {mistake}." for mistake in _mistakes(lesson)]


def _mistakes(lesson: Lesson) -> Iterator[str]:
    numbered = [*(one.number for one in lessons() if one.name != lesson.name), lesson.number]
    numbers = sorted(number for number in numbered if number is not None)
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"its number is {lesson.number}, but the lessons are numbered from 1 on without a gap"
    if not (CATALOGS / f"{lesson.name}.py").exists():
        yield f"its page pages/learn/{lesson.name}.py is missing"
    if not lesson.scenes:
        yield "it has no scene"
    for place, scene in enumerate(lesson.scenes.values()):
        yield from _mistakes_of_scene(lesson, scene, first=place == 0 and lesson.number is not None)
    checks = CHECKS if lesson.number else 0
    if len(lesson.check) != checks:
        yield f"its check has {len(lesson.check)} questions, not {checks}"
    for question in lesson.check:
        yield from _mistakes_of_question(question)


def _mistakes_of_scene(lesson: Lesson, scene: Scene, *, first: bool) -> Iterator[str]:
    if first and not scene.open:
        yield f"{scene.id} is its first scene, so it needs open = true"
    if not first and scene.open:
        yield f"{scene.id} is open, but only the first scene is"
    if len(scene.say.split()) not in WORDS:
        yield f"{scene.id} says {len(scene.say.split())} words first, not {WORDS[0]} to {WORDS[-1]}"
    if not scene.covers:
        yield f"{scene.id} covers nothing: it needs a row of CURRICULUM, or covers = [{BEYOND!r}]"
    for row in scene.covers:
        if row not in (*CURRICULUM, BEYOND):
            yield f"{scene.id} covers {row!r}, which is no row of CURRICULUM (tests/words/curriculum.py)"
    for name, template in scene.templates.items():
        if isinstance(template, str) and (mistake := _mistake_of_template(template)):
            yield f"the template {name!r} of {scene.id} cannot be filled in: {mistake}"
    if scene.question:
        yield from _mistakes_of_question(scene.question)


def _mistakes_of_question(question: Question) -> Iterator[str]:
    if len(question.answers) not in ANSWERS:
        yield f"the question {question.id} has {len(question.answers)} answers, not {ANSWERS[0]} to {ANSWERS[-1]}"
    if not all(answer.option and answer.reply for answer in question.answers):
        yield f"an answer of {question.id} has no option or no reply"
    measured = [answer.right for answer in question.answers if isinstance(answer.right, str)]
    fixed = [answer.right for answer in question.answers].count(True)
    if not measured and fixed != 1:
        yield f"the question {question.id} has {fixed} right answers, not one"
    if measured and (fixed or len(set(measured)) < len(question.answers)):
        yield f"what is right in {question.id} is measured, so each of its answers needs a fact of its own"


def _mistake_of_template(template: str) -> str:
    try:
        fields(template)
    except ValueError as error:
        return str(error)
    return ""
