"""Where things are: the project's folder, and what is below HOME.

HOME/lock                        held by the one run that may write
HOME/work/<run>/                 a run's private candidate, its log, compiled SQL
HOME/releases/<generation>/      a published generation; never written to again
HOME/current -> releases/...     what readers open; flipped in one step
HOME/state/                      what the next run starts from; private
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parent.parent
DATABASE = "bowtie.duckdb"
# No right for others, in everything that a run writes: folders 0750, files 0640.
UMASK = 0o027


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
        """The candidate that was published last, for the next run to start from."""
        return self.root / "state"

    @property
    def current(self) -> Path:
        """The link to the generation that readers use."""
        return self.root / "current"

    def make(self) -> None:
        """Make the folders."""
        for folder in (self.root, self.work, self.releases):
            folder.mkdir(parents=True, exist_ok=True)

    def remove_earlier_work(self) -> None:
        """Remove what earlier runs left in work/, whether they failed or were killed.

        Only the holder of the lock may call this.
        """
        for left_over in self.work.iterdir():
            shutil.rmtree(left_over, ignore_errors=True)


@dataclass(frozen=True)
class Workplace:
    """The private folder of one run."""

    folder: Path

    @classmethod
    def new(cls, home: Home) -> Workplace:
        """Make the folder of a new run."""
        started = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        folder = home.work / f"{started}-{os.getpid()}"
        folder.mkdir()
        return cls(folder)

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
