"""The process in which dbt runs: dbt's command line, which ends with its parent.

The parent holds the other end of standard input. When that closes, however the parent
ended, this process stops at once: it must not go on writing where the next run cleans.
"""

from __future__ import annotations

import os
import sys
import threading


def _end_with_parent() -> None:
    """Wait until nobody holds the other end of standard input."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)


def main() -> None:
    """Run dbt with this process's arguments."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from dbt.cli.main import cli

    cli()


if __name__ == "__main__":
    main()
