"""Runs of a person's own commands, and the order of all runs in a ledger."""

import os
from dataclasses import replace

from acontext_cli.ledger import HAND, Run

_CLOCKS_DIFFER = 5
"""So many minutes; a clock that is wrong by more is left alone."""


def hand_run() -> Run:
    """A run that a person's own command is."""
    from datetime import UTC, datetime

    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Run(id=f"hand-{os.urandom(4).hex()}", time=now, engine=HAND)


def in_order(run: Run, newest: str) -> Run:
    """The run, not said to be earlier than the newest time that is recorded: of an entry's beginning and end the later
    line counts, and a run may have waited for others."""
    from datetime import datetime, timedelta

    if run.time >= newest:
        return run
    try:
        last, own = (datetime.fromisoformat(time) for time in (newest, run.time))
        if last - own > timedelta(minutes=_CLOCKS_DIFFER):
            return run
        later = last + timedelta(milliseconds=1)
    except (ValueError, TypeError, OverflowError):  # no times, or some with a zone and some without
        return run
    return replace(run, time=later.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
