"""Executes notebooks, one after the other, in one kernel.

Starting a kernel and importing matplotlib takes seconds, a page half of one; so many
pages share a kernel, and each begins without the names of the one before. It talks over
sockets of the file system: no port is opened, and none is needed.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import (
    CellExecutionError,
    CellTimeoutError,
    DeadKernelError,
)
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from bowtie.errors import BowtieError
from bowtie.paths import PROJECT_DIR

# Seconds for a kernel to answer for the first time, and for one cell.
STARTUP = 60
CELL = 120
# What these say names tables and columns; others may hold values.
_TOLD = {"BinderException", "CatalogException", "ParserException"}
# Followed by the process that it serves. Not in HOME: a socket's path must be short.
_FOLDER = "bowtie-kernel-"
# Of a temporary folder's path; a socket's may have 107 bytes.
_LONGEST = 60
# `%reset` would also look through all that was ever imported for garbage.
_BEGINNING = """\
%reset_selective -f .
from bowtie.reporting import house
house.start({!r})
"""
_END = "house.finish()"
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@contextmanager
def running_kernel() -> Iterator[Kernel]:
    """Yield a kernel, and end it; nothing of it is left over.

    Raises:
        BowtieError: no kernel starts.

    """
    _remove_abandoned()
    prefix = f"{_FOLDER}{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=_place()) as folder:
        kernel = Kernel(Path(folder))
        try:
            kernel.start()
            yield kernel
        finally:
            kernel.end()


def _place() -> Path:
    """Return where a socket's path stays short enough for the kernel of the system."""
    usual = tempfile.gettempdir()
    return Path(usual if len(usual) <= _LONGEST else "/tmp")


def _remove_abandoned() -> None:
    """Remove folders of kernels whose process was killed before it could."""
    for folder in _place().glob(f"{_FOLDER}[0-9]*-*"):
        process = int(folder.name.removeprefix(_FOLDER).partition("-")[0])
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except PermissionError:
            continue


class Kernel:
    """A kernel whose sockets, keys and settings lie in a folder; a short path."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._manager: AsyncKernelManager | None = None
        self._client: AsyncKernelClient | None = None

    @property
    def context(self) -> Path:
        """The file that tells the kernel what a page is about: never code."""
        return self._folder / "context.json"

    def start(self) -> None:
        """Start the kernel and wait until it answers."""
        # Only the asynchronous kind sees a kernel die while it waits for a cell.
        self._manager = AsyncKernelManager(
            transport="ipc",
            ip=str(self._folder / "s"),
            connection_file=str(self._folder / "connection.json"),
            # The kernel of this very environment, whatever the user has installed.
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
        )
        try:
            run_sync(self._manager.start_kernel)(
                env=_environment(self._folder),
                cwd=str(PROJECT_DIR),
                extra_arguments=["--HistoryManager.enabled=False"],
            )
            self._client = self._manager.client()
            self._client.start_channels()
            run_sync(self._client.wait_for_ready)(timeout=STARTUP)
        except (OSError, RuntimeError) as error:
            raise BowtieError(
                f"no notebook kernel started within {STARTUP} s "
                f"({type(error).__name__}); reports need ipykernel: make setup"
            ) from None

    def end(self) -> None:
        """End the kernel, if it runs."""
        if self._client is not None:
            self._client.stop_channels()
            self._client = None
        if self._manager is not None and self._manager.has_kernel:
            run_sync(self._manager.shutdown_kernel)(now=True)
            self._manager = None

    def execute(self, notebook: NotebookNode) -> None:
        """Fill in a notebook's outputs, on the context (see `house.start`).

        Raises:
            BowtieError: a cell failed or ran for too long, or the kernel died; says
                which cell, and never a value of the data. The kernel can be used again.

        """
        notebook.cells.insert(0, new_code_cell(_BEGINNING.format(str(self.context))))
        notebook.cells.append(new_code_cell(_END))
        client = NotebookClient(notebook, km=self._manager)
        client.kc = self._client
        client.reset_execution_trackers()
        for number in range(len(notebook.cells)):
            # The first page waits for imports too.
            client.timeout = CELL if number else STARTUP
            self._execute_cell(client, number)

    def _execute_cell(self, client: NotebookClient, number: int) -> None:
        """Execute one cell; after a lost kernel, leave a new one."""
        place = f"cell {number}"
        try:
            client.execute_cell(client.nb.cells[number], number)
        except CellExecutionError as error:
            told = _COLOURS.sub("", error.evalue).splitlines()[:1]
            if error.ename == "ReportError":
                raise BowtieError(*told) from None
            reason = [f"{place} stopped with {error.ename}"]
            reason += told if error.ename in _TOLD else []
            raise BowtieError(": ".join(reason)) from None
        except (CellTimeoutError, DeadKernelError) as error:
            self.end()
            self.start()
            lost = isinstance(error, DeadKernelError)
            raise BowtieError(
                f"the kernel died in {place}"
                if lost
                else f"{place} ran for more than {CELL} s"
            ) from None


def _environment(folder: Path) -> Mapping[str, str]:
    """Return the kernel's environment: this one, and nothing written elsewhere."""
    return {
        **os.environ,
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "MPLBACKEND": "svg",
        "PYTHONPATH": os.pathsep.join(
            filter(None, [str(PROJECT_DIR), os.environ.get("PYTHONPATH")])
        ),
    }
