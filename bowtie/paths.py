"""Where things are: the project's folder, and what is below HOME.

HOME/lock                        held by the one run that may write
HOME/work/<run>/                 a run's private candidate, its log, compiled SQL
HOME/releases/<generation>/      a published generation; never written to again
HOME/current -> releases/...     what readers open; flipped in one step
HOME/rolled-back                 generations that a rollback took back, if there was one
HOME/erased-accounts             hashes of the accounts that were erased, if any were
HOME/state/                      what the next run starts from; private
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

PROJECT_DIR = Path(__file__).resolve().parent.parent
DATABASE = "bowtie.duckdb"
# Where a generation has its pages.
REPORTS_FOLDER = "reports"
_CLAIM = "claim"
# No right for others, in everything that a run writes: folders 0750, files 0640. What
# is in a run's private folder is for nobody but who runs.
_UMASK = 0o027


@contextmanager
def no_right_for_others() -> Iterator[None]:
    """Have all that this process makes meanwhile be for its user and group alone."""
    mask = os.umask(_UMASK)
    try:
        yield
    finally:
        os.umask(mask)


def published_schemas() -> list[str]:
    """Return the schemas that readers get: the folder names under models/marts."""
    marts = PROJECT_DIR / "models" / "marts"
    return sorted(folder.name for folder in marts.iterdir() if folder.is_dir())


@dataclass(frozen=True)
class Home:
    """The folder where results go, and what is where in it."""

    root: Path

    @classmethod
    def at(cls, root: Path | None) -> Home:
        """Return the home at a folder; the default is warehouse/ in the project."""
        return cls((root or PROJECT_DIR / "warehouse").absolute())

    @property
    def lock(self) -> Path:
        """The lock file, and who holds it."""
        return self.root / "lock"

    @property
    def work(self) -> Path:
        """Private folders of runs: of the one under way, or of the last one."""
        return self.root / "work"

    @property
    def releases(self) -> Path:
        """All published generations that are kept."""
        return self.root / "releases"

    @property
    def state(self) -> Path:
        """What the last run kept of its candidate, for the next one to start from."""
        return self.root / "state"

    @property
    def current(self) -> Path:
        """The link to the generation that readers use."""
        return self.root / "current"

    def make(self) -> None:
        """Make the folders."""
        for folder in (self.root, self.work, self.releases):
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def rolled_back(self) -> Path:
        """Names of the generations that the last rollback took back, a line each."""
        return self.root / "rolled-back"

    @property
    def erased_accounts(self) -> Path:
        """Hashes of the account ids that were erased, a line each."""
        return self.root / "erased-accounts"

    def remove_other_work(self, mine: Workplace) -> None:
        """Remove all private folders but one, each with a single step at first.

        Runs that failed or were killed need theirs no more. A run that is only held up,
        and lost its lock, must not go on: all that it could publish is in its folder.
        Only the holder of the lock may call this.
        """
        for number, other in enumerate(sorted(self.work.iterdir())):
            if other != mine.folder:
                mine.take(other, f"work-{number}")


@dataclass(frozen=True)
class Workplace:
    """The private folder of one run."""

    folder: Path

    @classmethod
    def new(cls, home: Home) -> Workplace:
        """Make the folder of a new run."""
        started = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        # The clock may jump back and process numbers come again.
        folder = home.work / f"{started}-{token_hex(4)}"
        # Nobody else's at all: raw rows and staging hold what people are called and
        # wrote, and readers are of the group.
        folder.mkdir(mode=0o700)
        (folder / _CLAIM).touch()
        return cls(folder)

    @property
    def is_claimed(self) -> bool:
        """Whether this is still the run's own folder.

        One that was removed may come back when a tool writes into it; its claim does
        not.
        """
        return (self.folder / _CLAIM).is_file()

    def remove(self) -> None:
        """Remove the folder; what cannot be removed is left to the next run."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def take(self, path: Path, name: str) -> None:
        """Remove a folder or file: out of its place in one step, then from the disk."""
        taken = self.folder / f"removed-{name}"
        path.rename(taken)
        if taken.is_dir():
            shutil.rmtree(taken, ignore_errors=True)
        else:
            taken.unlink()

    @property
    def database(self) -> Path:
        """The candidate."""
        return self.folder / DATABASE

    @property
    def log(self) -> Path:
        """What happened, node by node; holds no data values."""
        return self.folder / "build.log"

    @property
    def target(self) -> Path:
        """The folder of dbt itself: manifest, compiled SQL."""
        return self.folder / "target"

    @property
    def landing(self) -> Path:
        """Clean copies and refusals that the landing checks write."""
        return self.folder / "landing"
