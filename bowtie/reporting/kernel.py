"""Executes notebooks, one after the other, in one kernel.

Starting a kernel and importing matplotlib takes seconds, a page half of one; so all
pages share a kernel, and each begins with an empty namespace. It talks over sockets of
the file system: no port is opened, and none is needed.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
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
_STARTUP = 60
_CELL = 120
# What these say names tables and columns, or is our own; others may hold values.
_TOLD = {"ReportError", "BinderException", "CatalogException", "ParserException"}
_BEGINNING = """\
%reset -f
from bowtie.reporting import house
house.start({!r})
"""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Kernel:
    """A running kernel; `execute` fills in a notebook's outputs."""

    def __init__(self, manager: KernelManager, folder: Path) -> None:
        self._manager = manager
        self._folder = folder

    def execute(self, notebook: NotebookNode, context: Path) -> None:
        """Execute a notebook on a context (see `house.start`), in an empty namespace.

        Raises:
            BowtieError: a cell failed or ran for too long, or the kernel died; says
                which cell, and never a value of the data.

        """
        notebook.cells.insert(0, new_code_cell(_BEGINNING.format(str(context))))
        client = NotebookClient(
            notebook,
            km=self._manager,
            timeout=_CELL,
            startup_timeout=_STARTUP,
            # The kernel is shared: it must outlive this notebook.
            shutdown_kernel="immediate",
            resources={"metadata": {"path": str(PROJECT_DIR)}},
        )
        try:
            client.execute(cleanup_kc=True)
        except CellExecutionError as error:
            raise BowtieError(_said(notebook, error.ename, error.evalue)) from None
        except CellTimeoutError:
            raise BowtieError(
                f"{_place(notebook)} ran for more than {_CELL} s"
            ) from None
        except DeadKernelError:
            raise BowtieError(f"the kernel died in {_place(notebook)}") from None
        finally:
            del notebook.cells[0]


def _said(notebook: NotebookNode, name: str, text: str) -> str:
    """Return in one line where and why a cell failed."""
    told = _COLOURS.sub("", text).splitlines() if name in _TOLD else []
    return ": ".join([f"{_place(notebook)} stopped with {name}", *told[:1]])


def _place(notebook: NotebookNode) -> str:
    """Name the last code cell that began, by number and first line."""
    begun = [
        index
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.execution_count
    ]
    return f"cell {begun[-1]}" if begun and begun[-1] else "the first cell"


@contextmanager
def running_kernel() -> Iterator[Kernel]:
    """Start a kernel, and end it; nothing of it is left over.

    Raises:
        BowtieError: no kernel starts.

    """
    with tempfile.TemporaryDirectory(prefix="bowtie-kernel-") as temporary:
        folder = Path(temporary)
        manager = KernelManager(
            transport="ipc",
            # Sockets and keys lie in our folder; a path must be short.
            ip=str(folder / "s"),
            connection_file=str(folder / "connection.json"),
            # The kernel of this very environment, whatever the user has installed.
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
        )
        try:
            manager.start_kernel(
                env=_environment(folder),
                cwd=str(PROJECT_DIR),
                extra_arguments=["--HistoryManager.enabled=False"],
            )
            client = manager.client()
            client.start_channels()
            client.wait_for_ready(timeout=_STARTUP)
            client.stop_channels()
        except (OSError, RuntimeError) as error:
            _end(manager)
            raise BowtieError(
                f"no notebook kernel started within {_STARTUP} s "
                f"({type(error).__name__}); reports need ipykernel: make setup"
            ) from None
        try:
            yield Kernel(manager, folder)
        finally:
            _end(manager)


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


def _end(manager: KernelManager) -> None:
    if manager.has_kernel:
        manager.shutdown_kernel(now=True)
    manager.cleanup_resources()
