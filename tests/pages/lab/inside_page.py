"""What the tests of /inside share: how it is opened, runs to look into, and what its figure was given."""

import base64
import json
from typing import Any

import torch
from streamlit.testing.v1 import AppTest
from torch import Tensor

from tests.waiting import PATIENCE, until
from tinygpt.bigram import BigramConfig
from tinygpt.corpus import load_corpus
from tinygpt.files import PROJECT
from tinygpt.gpt import GPTConfig
from tinygpt.models import ModelConfig
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.ui import session
from tinygpt.ui.inside.picture import FULL

ROUTER = str(PROJECT / "pages" / "router.py")
TEXT = "shakespeare-plays"
V = load_corpus(TEXT).tokenizer.vocab_size
STUDENT = "7" * 32
SIZES = {"block_size": 8, "n_embd": 8, "n_head": 2, "n_layer": 2}


def opened(student: str = "", **params: str) -> AppTest:
    """The page, by a link; of a new student, or of `student`."""
    app = AppTest.from_file(ROUTER, default_timeout=PATIENCE)
    app.query_params.update(params)
    if student:
        app.session_state["student"] = student
    app.switch_page("lab/inside.py").run()
    assert not app.exception
    return app


def gpt(**parts: object) -> GPTConfig:
    return GPTConfig(V, **(SIZES | parts))  # type: ignore[arg-type]


def trained(model: ModelConfig | None = None, *, student: str = STUDENT, **train: Any) -> str:
    """The id of a short run that has ended."""
    spec = RunSpec(model or gpt(), TrainConfig(**({"max_steps": 16, "eval_interval": 4} | train)), TEXT)
    run = session.engine().submit(spec, student=student, name="mine")
    until(lambda: session.engine().view(run).status in ("finished", "diverged"))
    session.engine().flush()
    return run


def bigram() -> BigramConfig:
    return BigramConfig(V)


def figures(page: AppTest) -> list[dict[str, Any]]:
    """What the browser was given for the time machine, if there is one."""
    return [json.loads(c.proto.json) for c in page.get("bidi_component") if c.proto.id.endswith("-machine")]


def figure(page: AppTest) -> dict[str, Any]:
    (found,) = figures(page)
    return found


def unpacked(text: str) -> Tensor:
    """Shares as they travel, as numbers again."""
    return torch.frombuffer(bytearray(base64.b64decode(text)), dtype=torch.uint16).float() / FULL


def says(page: AppTest) -> str:
    """All that is written on the page, without the marks that keep a character from meaning something."""
    return "\n".join(element.value for element in (*page.markdown, *page.text)).replace("\\", "")
