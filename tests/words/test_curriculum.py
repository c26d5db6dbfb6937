"""Every row of the notebooks, and every mistake in them, has its place on a page."""

import pytest

from tinygpt.words.storyboard import lessons

# A cell or a note of the notebooks (N1, N2), a mistake in them (M), a demonstration of the lecture -> its pages.
CURRICULUM = {
    "N1 data": ["tokens"],
    "N1 tokenizer": ["tokens"],
    "N1 split": ["tokens"],
    "N1 context": ["tokens"],
    "N1 batch": ["tokens"],
    "N1 bigram": ["bigram"],
    "N1 training": ["bigram"],
    "N1/N2 averaging": ["averaging"],
    "N1 trick": ["averaging"],
    "N1/N2 tril(ones)": ["averaging"],
    "N1 version 2": ["averaging"],
    "N1 version 3": ["averaging"],
    "N1 softmax of the averaged matrix": ["averaging"],
    "N1 version 4": ["attention"],
    "N2 version 4": ["attention"],
    "N1 variance": ["scaling"],
    "N2 variance": ["scaling"],
    "N1 softmax": ["scaling"],
    "N2 set-up": ["transformer"],
    "N2 torch.cat": ["bigram"],
    "N2 5//2": ["transformer"],
    "N2 t1 + t2": ["attention"],
    "note: lossy": ["averaging"],
    "note: future tokens": ["averaging"],
    "note: directed graph": ["attention"],
    "note: no notion of space": ["attention"],
    "note: batches do not talk": ["tokens", "attention"],
    "note: encoder = no tril": ["attention"],
    "note: self against cross": ["attention"],
    "note: values are aggregated": ["attention"],
    "note: data-dependent weights": ["transformer"],
    "note: extreme values converge to one-hot": ["scaling"],
    "mistake 1: softmax over dim=1": ["attention"],
    "mistake 2: rand instead of randn": ["scaling"],
    "mistake 3: len(data) - batch_size": ["tokens"],
    "mistake 4: data.type": ["tokens"],
    "mistake 5: == on floats": ["averaging"],
    "mistake 6: n_embd in the scale": ["scaling"],
    "scale demo": ["scaling"],
    "ladder": ["transformer"],
    "floors": ["bigram", "transformer"],
}
COVERED = {
    (row, one.name): scene.id for one in lessons() for scene in one.scenes.values() for row in scene.covers
}  # (row, page) -> a scene of it


@pytest.mark.parametrize(("row", "pages"), CURRICULUM.items())
def test_every_row_has_its_page(row, pages):
    assert not [page for page in pages if (row, page) not in COVERED]


def test_no_scene_claims_a_row_that_does_not_exist():
    assert not {row for row, _ in COVERED} - set(CURRICULUM)


def test_every_scene_has_a_reason():
    assert not [scene.id for one in lessons() for scene in one.scenes.values() if not scene.covers]
