"""Kernels without network ports: papermill starts each one over a socket file in a folder of its own.

With TCP, kernels that start side by side race for the same port (papermill issue 511); a socket file cannot be taken by another.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from papermill.engines import NBClientEngine, papermill_engines

ENGINE = "lwo"
# What a kernel finds wrong is in the outputs of the notebook; its own log would only mix with the lines of the run.
QUIET = "--log-level=CRITICAL"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class SocketKernelManager(AsyncKernelManager):
    """A kernel manager whose sockets live in a private folder, removed when the kernel has ended."""

    def _async_pre_start_kernel(self, **options: Any) -> Any:
        if sys.platform != "win32":
            self._socket_folder = Path(tempfile.mkdtemp(prefix="lwo-"))
            self.transport = "ipc"
            self.ip = str(self._socket_folder / "k")
        options["env"] = {**os.environ, **ONE_THREAD, "PYTHONHASHSEED": "0"} | options.get("env", {})
        options["extra_arguments"] = [*options.get("extra_arguments", []), QUIET]
        return super()._async_pre_start_kernel(**options)

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart and hasattr(self, "_socket_folder"):
            shutil.rmtree(self._socket_folder, ignore_errors=True)


class SocketEngine(NBClientEngine):
    """The papermill engine of this project: nbclient with `SocketKernelManager`."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
        """Execute a notebook with a kernel of its own."""
        return super().execute_managed_notebook(
            nb_man, kernel_name, kernel_manager_class=SocketKernelManager, shutdown_kernel="immediate", **options
        )


papermill_engines.register(ENGINE, SocketEngine)
