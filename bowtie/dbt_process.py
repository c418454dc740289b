"""The process in which dbt runs: dbt's command line, which ends with its parent.

The parent holds the other end of standard input. When that closes, however the parent
ended, this process stops at once: it must not go on writing where the next run cleans.
"""

from __future__ import annotations

import gc
import json
import os
import stat
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dbt_common.events.base_types import EventMsg

# Names the file of `parsed_project.place_of`, if the project need not be parsed again.
PARSED = "BOWTIE_PARSED"
# Set if what happens is to be told in JSON, one event a line.
EVENTS = "BOWTIE_EVENTS"


def _end_with_parent() -> None:
    """Wait until nobody holds the other end of standard input."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)


def _tell(event: EventMsg) -> None:
    """Print what dbt says of itself, but for what only its developers read.

    dbt's own JSON log makes a line of each event and drops nine of ten of them then: a
    tenth of a build's time.
    """
    if event.info.level == "debug":
        return
    from dbt_common.events.functions import msg_to_dict

    sys.stdout.write(json.dumps(msg_to_dict(event)) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run dbt with this process's arguments; return dbt's own exit code."""
    if stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        threading.Thread(target=_end_with_parent, daemon=True).start()
    from dbt.cli.main import dbtRunner

    from bowtie import parsed_project

    arguments = sys.argv[1:]
    place = Path(os.environ[PARSED]) if os.environ.get(PARSED) else None
    parsed = parsed_project.read(place) if place else None
    # What is parsed stays to the end, so no garbage is looked for in it; and in what
    # comes after it seldom: Python's own rhythm takes a seventh of a small build.
    gc.freeze()
    gc.set_threshold(10_000, 50, 10)
    callbacks = [_tell] if os.environ.get(EVENTS) else []
    done = dbtRunner(manifest=parsed, callbacks=callbacks).invoke(arguments)
    if place and parsed is None:
        target = Path(arguments[arguments.index("--target-path") + 1])
        parsed_project.keep(target, place)
    if done.exception:
        return 2
    return 0 if done.success else 1


if __name__ == "__main__":
    sys.exit(main())
