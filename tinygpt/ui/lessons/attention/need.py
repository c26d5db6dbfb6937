"""The scene that opens lesson 4: a row of weights laid by hand, the plain average, and what lays them by itself."""

import torch
from torch import Tensor

from tinygpt.corpus import default_corpus, load_corpus
from tinygpt.counting import shares_after
from tinygpt.inside.heads import ModelHead
from tinygpt.lessons.measured import loaded, result
from tinygpt.spelling import spoken
from tinygpt.tokenizer import CharTokenizer
from tinygpt.ui import frame
from tinygpt.ui.lessons.attention.hand import Rival, hand
from tinygpt.ui.lessons.attention.reader import Reader
from tinygpt.ui.readers import TEXT
from tinygpt.ui.scene import Showing, explain, scene
from tinygpt.words.storyboard import Scene

LETTERS = range(4, 8)  # how many are looked at: four are asked about, and the trained heads read eight characters
HEADS = {"one_head": "one-head", "one_head_skip": "one-head-skip"}  # shipped, by their names in the catalog
ASKED = {"nearest": -1, "second": -2, "third": -3, "farthest": 0}


@scene("att-1", code=[shares_after])
def by_hand(scene: Scene, reader: Reader) -> Showing:
    """Handles under the letters before a blank, and what the guesses cost: by hand, evenly, by a trained head."""
    corpus = load_corpus(default_corpus())
    before, following = blank_of(reader, corpus.tokenizer)
    shares = shares_after(corpus.train, before, corpus.tokenizer.vocab_size)  # (T, V)
    symbols, alone = corpus.tokenizer.chars, shares[:, following]  # what each letter alone gives the real next one
    letters = [symbols[i] for i in before.tolist()]
    asked = {name: float(alone[at]) for name, at in ASKED.items()}
    best = max(asked, key=asked.__getitem__)
    facts = {"text": "".join(letters), "next_char": spoken(symbols[following]), "count": len(letters)}
    facts |= {"best": spoken(letters[ASKED[best]]), "best_gives": asked[best]}
    for name, at in ASKED.items():
        facts |= {name: spoken(letters[at]), f"{name}_gives": asked[name], f"{name}_is_best": name == best}
    yield facts
    costs = {name: float(-guess.log()) for name, guess in guesses_of_heads(before, following).items()}
    even, averaging = float(-shares.mean(0)[following].log()), result("averaging").val_loss
    trained = {name: result(file).val_loss for name, file in HEADS.items()}
    rivals = [
        Rival(scene.plain("you", facts), None, None),
        Rival(scene.plain("average", facts), even, averaging),
        *(Rival(scene.templates[name], cost, trained[name]) for name, cost in costs.items()),
    ]
    words: dict[str, object] = {name: scene.plain(name, facts) for name in ("label", "even", "guesses")}
    words |= {
        "heads": ["", scene.plain("here", facts), scene.plain("hidden", facts)],
        "sentence": scene.plain("caption", facts | {"share": "{share}", "loss": "{loss}"}),
    }
    named = [(c, scene.plain("handle", {"letter": spoken(c), "place": i})) for i, c in enumerate(letters)]
    hand(named, shares, symbols, following, key="hand", mode=frame.mode(), rivals=rivals, words=words)
    costing = {f"{name}_cost": cost for name, cost in costs.items()}
    explain(scene, facts | costing, lambda: {"letter": list(map(spoken, letters)), "alone it gives": alone.tolist()})


def blank_of(reader: Reader, tokenizer: CharTokenizer) -> tuple[Tensor, int]:
    """The letters before a blank, and what really stands there: of the text that is read, or of TEXT if it is short."""
    ids = reader.ids[-LETTERS[-1] - 1 :] if reader.tokenizer else reader.ids[:0]
    if len(ids) <= LETTERS[0]:
        ids = torch.tensor(tokenizer.encode(TEXT))
    return ids[:-1], int(ids[-1])


def guesses_of_heads(before: Tensor, following: int) -> dict[str, Tensor]:
    """How likely the shipped heads without and with a skip find what follows."""
    found = {}
    for name, file in HEADS.items():
        guesses = ModelHead(loaded(file).model).see(before).guesses  # type: ignore[arg-type]
        assert guesses is not None
        found[name] = guesses[-1, following]
    return found
