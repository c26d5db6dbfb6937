"""Another way to count: what a longer context has too rarely seen, a shorter one says."""

import torch

from tinygpt.corpus import Corpus
from tinygpt.counting import Counts, NGramModel, ngram_keys

DISCOUNTS = (0.3, 0.5, 0.7, 0.9)  # of each count


def loss_backing_off(corpus: Corpus, n: int) -> float:
    """What n-grams lose on val that give a part of each count to the context that is one character shorter.

    Absolute discounting (Ney, Essen, Kneser, "On structuring probabilistic dependences", 1994), with the one of
    DISCOUNTS that turns out best for val.
    """
    V, val = corpus.tokenizer.vocab_size, corpus.val
    models = [NGramModel.fit(corpus.train, m, V) for m in range(1, n + 1)]
    losses = []
    for discount in DISCOUNTS:
        shares = torch.full((len(val) - n + 1,), 1 / V, dtype=torch.float64)  # of each character of val, so far
        for model in models:
            keys = ngram_keys(val, model.n, V)[n - model.n :]
            followers = Counts(*torch.unique_consecutive(model.grams.keys // V, return_counts=True))
            count, total, distinct = (table(key).double() for table, key in (
                (model.grams, keys), (model.contexts, keys // V), (followers, keys // V),
            ))  # fmt: skip
            backed = ((count - discount).clamp(min=0) + discount * distinct * shares) / total
            shares = torch.where(total > 0, backed, shares)
        losses.append(float(-shares.log().mean()))
    return min(losses)
