"""Why a run has ended, is not on disk or does not go on: sentences for its owner, with what is kept and what to do."""

import errno

from tinygpt.engine.limits import HANGING, MAX_DEATHS, MAX_SECONDS

TIME_LIMIT = f"Time limit: a run may train for {MAX_SECONDS / 60:.0f} minutes here. The model is kept as it is now."
STOPPED = "Its model is kept as it is now. A stopped run cannot go on; one that is paused can."
DEADLY = (
    f"The process that trained this run ended {MAX_DEATHS} times in a row, so it was given up. "
    "Its model may be too large for the memory of this server: choose a smaller batch_size or block_size."
)
NO_MEMORY = "This run did not fit into memory. Choose a smaller batch_size or block_size."
RESTARTED = "The server was restarted."
SERVER_RESTARTED = f"{RESTARTED} This run can go on from where it was saved."
END_LOST = "How this run ended is not on the server's disk any more, or damaged there: this is what its curve says."
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def begins_again(last_step: int | None, *, damaged: bool) -> str:
    """What is lost with a state; `last_step` is the end of the curve that went with it, if there was any."""
    why = "Its saved state was damaged" if damaged else "No state of it had been saved"
    again = f"{why}, so it begins again at step 0."
    if last_step is None:
        return again
    return f"{again} Its curve up to step {last_step:,} is forgotten: the same seed draws it again."


def points_missing(there: int, due: int) -> str:
    """That a part of a curve is lost."""
    return f"Of the {due:,} points of its curve {due - there:,} are missing on the server's disk."


def not_read(error: OSError) -> str:
    """That what is left of a run is there, and yet cannot be read."""
    return f"Its files cannot be read on the server's disk just now ({error.strerror})."


def folder_gone(there: int, due: int) -> str:
    """That somebody has removed the folder of a run while it was in use."""
    made = "The folder of this run was removed from the server's disk, and is made again"
    return f"{made}: of the {due:,} points of its curve {there:,} are left."


def not_saved(error: Exception, *, ended: bool) -> str:
    """Why a run is not on disk."""
    reason = getattr(error, "strerror", None) or type(error).__name__
    if not isinstance(error, OSError):
        return f"A part of this run could not be saved ({reason}). The log of the server says more."
    if ended:
        way = "free some space there" if error.errno in FULL else "make its folder there writable again"
        return (
            f"This run has ended and cannot be saved ({reason}). The server keeps it in memory: {way}, "
            "and it is saved by itself."
        )
    way = "free some space on the server" if error.errno in FULL else "make its folder on the server writable again"
    return f"This run cannot be saved ({reason}). It goes on, but {way}."


def not_answered(seconds: float, step: int, *, in_flight: bool, order: str) -> str:
    """That the worker of a run is silent, or all are while it waits for one; `order` is a button that waits, too."""
    who = "Its worker has" if in_flight else "The workers have"
    waits = f" {order} waits for it." if order and in_flight else ""
    replaced = "it is replaced" if in_flight else "they are replaced"
    way = f"After {HANGING:.0f} s {replaced}, and the run goes on from step {step:,}."
    return f"{who} not answered for {seconds:.0f} s.{waits} {way}"
