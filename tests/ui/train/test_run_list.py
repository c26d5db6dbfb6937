"""What the list of runs says of each: a run that sees the answer is set apart."""

from dataclasses import replace

import pytest

from tests.ui.compare.test_words import BLIND, SPEC, run
from tinygpt.ui import session
from tinygpt.ui.train.run_list import short_about, val_words


@pytest.fixture(autouse=True)
def student(monkeypatch):
    monkeypatch.setattr(session, "student", lambda: "s")


def test_a_run_that_sees_the_answer_says_so_and_its_loss_does_not_stand_out():
    honest, cheat = run("A", 1, 2.1), run("B", 1, 0.396, spec=BLIND)
    assert (short_about(honest, honest), val_words(honest)) == ("2\u202f033", "**2.100**")
    assert (short_about(cheat, honest), val_words(cheat)) == ("sees the answer", ":gray[0.396]")
    assert short_about(replace(cheat, status="paused"), honest) == "paused, sees the answer"
    assert val_words(replace(cheat, val=None)) == ":gray[\u2013]"


def test_a_cheat_that_still_trains_says_so():
    assert short_about(run("B", 1, 1.2, "training", BLIND), run("A", 1, 2.1, spec=SPEC)) == "sees the answer"
