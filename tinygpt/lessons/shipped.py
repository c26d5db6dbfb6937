"""The shipped models that lessons read, each from its file once."""

from functools import lru_cache
from pathlib import Path

from tinygpt.checkpoint.model_file import Checkpoint, load
from tinygpt.corpus import default_corpus, load_corpus
from tinygpt.counting import NGramModel
from tinygpt.files import CHECKPOINTS


def path_of(file: str) -> Path:
    """Where a shipped model lies."""
    return CHECKPOINTS / f"{file}.safetensors"


@lru_cache
def loaded(file: str) -> Checkpoint:
    """A shipped model; read from its file once."""
    return load(path_of(file))


@lru_cache(maxsize=4)
def counts_of_pairs_and_triples() -> tuple[NGramModel, NGramModel]:
    """How often each two and each three characters follow each other in the text of this server."""
    corpus = load_corpus(default_corpus())
    pairs, triples = (NGramModel.fit(corpus.train, n, corpus.tokenizer.vocab_size, 0.0) for n in (2, 3))
    return pairs, triples
