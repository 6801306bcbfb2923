"""How papermill gets its kernel: forked with the libraries imported, or in a new Python; both over a socket file.

With TCP, kernels that start side by side race for the same port (papermill issue 511); a socket file in a folder of its own
cannot be taken by another.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from papermill.engines import NBClientEngine, papermill_engines

from lwo_analysis.run.kernel import PARENT, RULES, KernelRules, run_kernel

ENGINE = "lwo"


class ForkedKernel:
    """A kernel process that is forked before anything runs here, and starts when it gets its connection file."""

    stdin = stdout = stderr = None

    def __init__(self, rules: KernelRules) -> None:
        read_end, self._write_end = os.pipe()
        parent = os.getpid()
        self.pid = os.fork()
        self._status: int | None = None
        if self.pid == 0:
            os.close(self._write_end)
            _become_kernel(read_end, rules, parent)
        os.close(read_end)
        with suppress(OSError):  # the child does the same; whoever comes first
            os.setpgid(self.pid, 0)

    def start(self, connection_file: str) -> None:
        """Let the process become the kernel of this connection file."""
        os.write(self._write_end, connection_file.encode())
        os.close(self._write_end)

    def poll(self) -> int | None:
        """Return the exit status once the process has ended, else None."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = os.waitstatus_to_exitcode(status) if pid else None
        return self._status

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the end of the process and return its exit status."""
        until = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None and (until is None or time.monotonic() < until):
            time.sleep(0.01)
        return self._status

    def send_signal(self, number: int) -> None:
        """Send a signal to the process and whatever it started."""
        if self.poll() is None:
            os.killpg(self.pid, number)

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process and whatever it started; nothing happens when it has ended."""
        with suppress(OSError):
            os.killpg(self.pid, signal.SIGKILL)


class ForkedProvisioner(LocalProvisioner):
    """Give a kernel manager the process that was forked for it."""

    forked: ForkedKernel
    process: Any
    parent: Any

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        """Start the forked process with the connection file of this kernel."""
        self.forked.start(self.parent.connection_file)
        self.process, self.pid, self.pgid = self.forked, self.forked.pid, self.forked.pid
        return self.connection_info


class SocketKernelManager(AsyncKernelManager):
    """A kernel manager whose sockets live in a private folder, removed when the kernel has ended."""

    rules: KernelRules
    forked: ForkedKernel | None = None

    def _async_pre_start_kernel(self, **options: Any) -> Any:
        if sys.platform != "win32":
            self._socket_folder = Path(tempfile.mkdtemp(prefix="k-"))
            self.transport = "ipc"
            self.ip = str(self._socket_folder / "k")
        spec: Any = self.kernel_spec
        spec.argv = [sys.executable, "-m", "lwo_analysis.run.kernel", "{connection_file}"]
        options["env"] = {**os.environ, RULES: self.rules.to_json(), PARENT: str(os.getpid())} | options.get("env", {})
        if self.forked is not None:
            self.kernel_id = self.kernel_id or "forked"
            self.provisioner = ForkedProvisioner(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
            self.provisioner.forked = self.forked
        return super()._async_pre_start_kernel(**options)

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart and hasattr(self, "_socket_folder"):
            shutil.rmtree(self._socket_folder, ignore_errors=True)


class SocketEngine(NBClientEngine):
    """The papermill engine of this project: nbclient with a `SocketKernelManager` made for one job."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, *, rules: KernelRules, **options: Any) -> Any:
        """Execute a notebook with a kernel of its own."""
        forked = options.pop("forked", None)
        manager = type("JobKernelManager", (SocketKernelManager,), {"rules": rules, "forked": forked})
        return super().execute_managed_notebook(
            nb_man, kernel_name, kernel_manager_class=manager, shutdown_kernel="immediate", **options
        )


def time_left(seconds: float) -> Callable[[Any], float]:
    """Return a function that says how many of these seconds are left, counted from now; at least one."""
    until = time.monotonic() + seconds
    return lambda cell: max(1.0, until - time.monotonic())


def _become_kernel(read_end: int, rules: KernelRules, parent: int) -> None:
    """Wait for a connection file, run its kernel, and end without a trace of the process that was forked."""
    with suppress(OSError):
        os.setpgid(0, 0)
    connection_file = os.read(read_end, 4096).decode()
    code = 1
    try:
        if connection_file:
            run_kernel(connection_file, rules, parent)
        code = 0
    finally:
        os._exit(code)


papermill_engines.register(ENGINE, SocketEngine)
