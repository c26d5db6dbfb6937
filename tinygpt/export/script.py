"""A run as a plain script: from a fresh interpreter, it ends with the very losses of the run."""

from tinygpt.export.written import TEXT_FILE, Better, Final, better_words, imports_and_code, leak_note
from tinygpt.texts.own import is_sha256
from tinygpt.training.spec import RunSpec

HEAD = '''\
"""One run of tinygpt, to train again.

Save this file in the folder of tinygpt, beside README.md, and start it there with the Python of .venv.
{text}
{ending}
Another processor or another version of torch may differ in the last digits.
"""
'''
TRAINING = """\
for point in train(spec, corpus):
    if point.val is not None:
        print(f"step {point.step:>6,}   val loss {point.val:.4f}", flush=True)

if point.step < spec.train.max_steps:
    print(f"This run diverges: step {point.step} was the last that made sense.")
else:
    print(f"train loss {point.loss!r}, val loss {point.val!r}")
"""
OWN = f"It was trained on a text of your own: save that text beside this file, as {TEXT_FILE}.\n"
ENDED = """\
It had ended with train loss {!r} and val loss {!r} (nats per character).
The last line must say the same."""
NOT_ENDED = "It had not come to its end when it was taken along; this trains all of it."


def script(spec: RunSpec, *, name: str = "", final: Final | None = None, better: Better | None = None) -> str:
    """The run as Python to read and to start. `final` are its train and val loss, where it has finished.

    `better` is where its val loss was lower than at the end. The name of the run is a comment. An own text is read from
    text.txt beside the script. Raises ValueError where the text of the run is not known.
    """
    own = is_sha256(spec.corpus)
    ending = (NOT_ENDED if final is None else ENDED.format(*map(float, final))) + leak_note(spec) + better_words(better)
    head = HEAD.format(text=OWN if own else "", ending=ending)
    place = f'Path(__file__).with_name("{TEXT_FILE}")'
    imports, code = imports_and_code(spec, name, training="train", place=place)
    if own:
        imports = f"from pathlib import Path\n\n{imports}"
    return "\n".join([head, imports, "", code, "", TRAINING])
