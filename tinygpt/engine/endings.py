"""Why a run has ended, in words for its owner."""

from tinygpt.engine.limits import MAX_DEATHS, MAX_SECONDS

TIME_LIMIT = f"Time limit: a run may train for {MAX_SECONDS / 60:.0f} minutes here. The model is kept as it is now."
DEADLY = (
    f"The process that trained this run ended {MAX_DEATHS} times in a row, so it was given up. "
    "Its model may be too large for the memory of this server: choose a smaller n_embd, batch_size or block_size."
)


def sentence_for(error: BaseException) -> str:
    """What a student is told of an error inside a slice. Our own ValueErrors are sentences already."""
    if isinstance(error, ValueError):
        return str(error)
    if isinstance(error, MemoryError) or "allocate memory" in str(error):
        return "This run did not fit into memory. Choose a smaller n_embd, n_layer, batch_size or block_size."
    return f"This run ended with an error ({type(error).__name__}). The log of the server says more."
