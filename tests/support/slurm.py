"""A SLURM cluster of one node on the loopback address, in a folder of its own, stopped by its process ids."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel")
SECONDS_TO_START = 30
CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobRequeue=1
MpiDefault=none
ReturnToService=2
KillWait=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={processors} State=UNKNOWN
PartitionName=regular Nodes={host} Default=YES MaxTime=1:00:00 State=UP
"""


def can_run_slurm() -> bool:
    """Return whether the programs are installed and this process may start them (as root, as in a container)."""
    return os.geteuid() == 0 and all(shutil.which(name) for name in PROGRAMS)


@dataclass(frozen=True)
class Cluster:
    """A running cluster; `environment` points its commands at it."""

    host: str
    environment: Mapping[str, str]

    def command(self, *words: str, cwd: Path | None = None, **variables: str) -> str:
        """Return what a SLURM command prints."""
        environment = {**os.environ, **self.environment, **variables}
        done = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout.strip()

    def jobs(self) -> dict[str, str]:
        """Return the state of each job or array task that has not left the queue."""
        lines = self.command("squeue", "--noheader", "--array", "--format=%i %T").splitlines()
        return dict(line.split() for line in lines)

    def start_now(self, job: str) -> None:
        """Let a requeued job start at once; SLURM itself waits two minutes."""
        self.command("scontrol", "update", f"JobId={job}", "StartTime=now")

    def wait_until_empty(self, seconds: float) -> None:
        """Return when no job is left."""
        wait_until(lambda: not self.jobs(), seconds, lambda: f"jobs left: {self.jobs()}")


def wait_until(is_so, seconds: float, otherwise) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, otherwise()
        time.sleep(0.2)


@contextmanager
def slurm_cluster(folder: Path) -> Iterator[Cluster]:
    """Start munge, the controller and one node; stop all three at the end."""
    host = socket.gethostname().split(".")[0]
    for name in ("state", "spool"):
        (folder / name).mkdir()
    ports = _free_ports(2)
    (folder / "slurm.conf").write_text(
        CONFIGURATION.format(
            host=host, folder=folder, controller_port=ports[0], node_port=ports[1], user="root", processors=os.cpu_count()
        )
    )
    environment = {"SLURM_CONF": str(folder / "slurm.conf")}
    processes = []
    try:
        processes.append(_start_munge(folder))
        for words in (["slurmctld", "-D", "-c"], ["slurmd", "-D", "-N", host]):
            processes.append(_start(words, folder, environment))
        cluster = Cluster(host, environment)
        wait_until(lambda: _is_idle(cluster), SECONDS_TO_START, lambda: _logs(folder))
        yield cluster
    finally:
        for process in reversed(processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _start_munge(folder: Path) -> subprocess.Popen[bytes]:
    key = folder / "munge.key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o400)
    files = {
        "socket": "munge.socket",
        "key-file": "munge.key",
        "pid-file": "munge.pid",
        "seed-file": "munge.seed",
        "log-file": "munge.log",
    }
    options = [f"--{option}={folder / name}" for option, name in files.items()]
    process = _start(["munged", "--foreground", "--force", *options], folder, {})
    wait_until((folder / "munge.socket").exists, SECONDS_TO_START, lambda: _logs(folder))
    return process


def _start(words: list[str], folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with (folder / f"{words[0]}.out").open("wb") as out:
        return subprocess.Popen(words, env={**os.environ, **environment}, stdout=out, stderr=out)


def _is_idle(cluster: Cluster) -> bool:
    environment = {**os.environ, **cluster.environment}
    done = subprocess.run(["sinfo", "--noheader", "--format=%T"], env=environment, capture_output=True, text=True, check=False)
    return done.stdout.strip() == "idle"


def _logs(folder: Path) -> str:
    return "\n".join(
        f"{path.name}: {path.read_text(errors='replace')[-800:]}" for path in [*folder.glob("*.log"), *folder.glob("*.out")]
    )


def _free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports
