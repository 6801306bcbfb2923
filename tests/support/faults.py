"""Faults at random moments of a run, and what they leave: for the tests, and for `benchmarks/faults.py`, which does more of them.

A stage has small notebooks in two editions. Every trial starts from the published first edition, runs the second, lets something
go wrong on the way, and compares the site byte for byte with the two that are known. Then the next run comes, without a fault.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from lwo_analysis.errors import LwoError
from lwo_analysis.run.launch import Launcher, make_launcher
from lwo_analysis.run.orders import Limits
from lwo_analysis.run.pages import Making
from tests.support.command import files_of
from tests.support.runs import NOTHING_PUBLISHED, lwo_command, processes_where, publish, write_notebook

PAGES = ("page", "other")
MOMENT = "1763600000"
MEMORY = 2048
SECONDS_OF_HANGING = 3
SECONDS_TO_SETTLE = 20
SECONDS_OF_A_RUN = 240
MEBIBYTES = 64
CLOCK = """
import os, time
from contextlib import suppress
real, real_ns = time.time, time.time_ns
def shift():
    with suppress(OSError, ValueError), open(os.environ["SHIFTED_CLOCK"]) as stream:
        return int(stream.read())
    return 0
time.time, time.time_ns = lambda: real() + shift(), lambda: real_ns() + shift() * 10**9
"""
"""What Python does first in every process of a run: its clock becomes one that a file puts back."""
DEEDS = {
    "a notebook hangs": "time.sleep(600)",
    "a notebook eats memory": "x = bytearray(3 << 30)",
    "a notebook calls sys.exit(0)": "import sys; sys.exit(0)",
    "a notebook writes outside its folder": "open('{outside}/left.txt', 'w')",
    "a notebook forks": "import os\nif os.fork() == 0: time.sleep(600)\n1 / 0",
}


@dataclass(frozen=True)
class Trial:
    """What one fault did.

    Attributes
    ----------
    fault : str
        What went wrong.
    site : str
        ``old``, ``new`` or ``mixed``: the published site after the fault.
    told : str
        How the run ended: empty when it went well, ``line`` for one line, ``killed``, or the name of an error that is no line.
    left : tuple of str
        Files and processes that a run without a fault would not leave, directly after.
    left_later : tuple of str
        The same after the next run, which has no fault.
    healed : bool
        Whether that run made the whole new site.
    seconds : float
        Of both runs.
    """

    fault: str
    site: str
    told: str
    left: tuple[str, ...]
    left_later: tuple[str, ...]
    healed: bool
    seconds: float


class Stage:
    """A folder with notebooks in two editions and the sites of both; `launcher` starts the workers of its runs."""

    def __init__(self, folder: Path, launcher: Launcher) -> None:
        self.folder, self.launcher = folder, launcher
        self.notebooks, self.outputs, self.temporary = folder / "notebooks", folder / "outputs", folder / "tmp"
        self.write_edition(1)
        self.run()
        self.old, self.before = files_of(self.outputs / "site"), folder / "before"
        shutil.copytree(self.outputs, self.before, symlinks=True)
        self.write_edition(2)
        self.run()
        self.new, self.known = files_of(self.outputs / "site"), set(self.files())
        self.reset()
        started = time.monotonic()
        self.run()
        self.seconds = time.monotonic() - started

    def write_edition(self, number: int, cell: str = "", on: str = PAGES[0]) -> None:
        """Write the notebooks of an edition, one of them with another cell before its last."""
        for name in PAGES:
            write_notebook(
                self.notebooks, f"edition = {number}", *([cell] if cell and name == on else []), NOTHING_PUBLISHED, name=name
            )

    def reset(self) -> None:
        """Put the first edition back in the outputs, whatever is mounted there, and the second in the notebooks."""
        for path in self.outputs.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(self.before, self.outputs, symlinks=True, dirs_exist_ok=True)
        self.write_edition(2)

    def run(self, limits: Limits | None = None) -> None:
        """Make what changed and publish, in this process."""
        publish(self.notebooks, self.outputs, self.launcher, Making(len(PAGES), limits or Limits()))

    def command(self, *, before: str = "", **environment: str) -> subprocess.Popen[bytes]:
        """Start the same in a process of its own."""
        words = lwo_command(self.notebooks, "run", "--jobs", str(len(PAGES)), before=before)
        settings = {**os.environ, "TMPDIR": str(self.temporary), **environment}
        return subprocess.Popen(words, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)

    def site(self) -> str:
        """Return which of the two known sites is published."""
        found = files_of(self.outputs / "site")
        return "old" if found == self.old else "new" if found == self.new else "mixed"

    def files(self) -> list[str]:
        """Return what lies in the outputs outside the site, and in the folder for temporary files."""
        places = [path for path in self.outputs.rglob("*") if "site" not in path.relative_to(self.outputs).parts[:1]]
        own = self.launcher.temporary
        places += [path for path in self.temporary.rglob("*") if not path.is_relative_to(own)]
        return [path.relative_to(self.folder).as_posix() for path in sorted(places)]

    def processes(self) -> list[str]:
        """Return the workers and kernels that are still there; the server of the stage stays for the next trial."""
        found = running_below(self.temporary)
        server = [pid for pid in found if parent_of(pid) == os.getpid()]
        return [f"process {pid}" for pid in found if pid not in server]

    def left_behind(self) -> tuple[str, ...]:
        """Return the files and processes that a run without a fault does not leave, once what is ending has ended."""
        until = time.monotonic() + SECONDS_TO_SETTLE
        while self.processes() and time.monotonic() < until:
            time.sleep(0.2)
        return (*sorted(set(self.files()) - self.known), *self.processes())


@contextmanager
def stage_in(folder: Path) -> Iterator[Stage]:
    """Give a stage in a folder, with settings that make the same site each time."""
    temporary = folder / "tmp"
    temporary.mkdir(parents=True)
    settings = {"LWO_OUTPUTS": str(folder / "outputs"), "TMPDIR": str(temporary), "SOURCE_DATE_EPOCH": MOMENT}
    # Without a repository around it: others may commit while the trials run, and pages name the commit.
    with set_environment({**settings, "GIT_DIR": str(folder / "no-repository")}), make_launcher("forked") as launcher:
        yield Stage(folder, launcher)
    left = [path.name for path in temporary.iterdir()]
    assert not left, f"left behind by the stage itself: {left}"


@contextmanager
def set_environment(settings: dict[str, str]) -> Iterator[None]:
    import tempfile

    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    tempfile.tempdir = None
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
        tempfile.tempdir = None


Fault = Callable[[Stage, random.Random], str]


def trial(stage: Stage, fault: str, rng: random.Random) -> Trial:
    """Let a fault happen at a moment that `rng` picks, then run again, and return what both did."""
    started = time.monotonic()
    with disk_for(stage, fault):
        stage.reset()
        told, site, left = strike(stage, fault, rng)
        return Trial(fault, site, told, left, *heal(stage), time.monotonic() - started)


def strike(stage: Stage, fault: str, rng: random.Random) -> tuple[str, str, tuple[str, ...]]:
    """Let a fault happen; return how the run ended, the site that is published, and what was left behind."""
    told = FAULTS[fault](stage, rng)
    return told, stage.site(), stage.left_behind()


def heal(stage: Stage) -> tuple[tuple[str, ...], bool]:
    """Run without a fault; return what is left behind then, and whether the whole new site is there."""
    stage.write_edition(2)
    stage.run()
    return stage.left_behind(), stage.site() == "new"


def disk_for(stage: Stage, fault: str) -> AbstractContextManager[None]:
    """Return a small disk for the outputs when a fault needs one."""
    return small_disk(stage.outputs) if fault in NEEDS_MOUNT else nullcontext()


def told_by(run: Callable[[], None]) -> str:
    """Return how a run in this process ended."""
    try:
        run()
    except LwoError as problem:
        return "line" if "\n" not in str(problem) else "several lines"
    except Exception as problem:
        return type(problem).__name__
    return ""


def told_by_command(command: subprocess.Popen[bytes]) -> str:
    """Return how a run in a process of its own ended."""
    try:
        _, said = command.communicate(timeout=SECONDS_OF_A_RUN)
    except subprocess.TimeoutExpired:
        os.killpg(command.pid, signal.SIGKILL)
        return "hangs"
    if command.returncode < 0:
        return "killed"
    lines = [line for line in said.decode().splitlines() if line.startswith("lwo: ")]
    return "" if command.returncode == 0 else "line" if len(lines) == 1 else said.decode().strip().splitlines()[-1]


def kill_one(role: str) -> Fault:
    """Return a fault: kill -9 of a ``kernel``, ``worker`` or ``server`` of a run."""

    def fault(stage: Stage, rng: random.Random) -> str:
        done = threading.Event()
        killer = threading.Thread(target=_kill_at, args=(stage, role, rng.uniform(0, stage.seconds), done))
        killer.start()
        told = told_by(stage.run)
        done.set()
        killer.join()
        return told

    return fault


def kill_main(stage: Stage, rng: random.Random) -> str:
    """Kill -9 the process that the person started."""
    command = stage.command()
    with suppress(subprocess.TimeoutExpired):
        command.wait(rng.uniform(0, stage.seconds + SECONDS_TO_IMPORT))
    command.kill()
    return told_by_command(command)


def fill_disk(stage: Stage, rng: random.Random) -> str:
    """Take all room that is left in the outputs."""
    ballast = stage.outputs / ".ballast"
    with at_moment(rng.uniform(0, stage.seconds), lambda: _fill(ballast)):
        told = told_by(stage.run)
    ballast.unlink(missing_ok=True)
    return told


def forbid_writing(stage: Stage, rng: random.Random) -> str:
    """Mount the outputs over themselves, read-only."""
    place = str(stage.outputs)
    over = [["mount", "--bind", place, place], ["mount", "-o", "remount,bind,ro", place]]
    with at_moment(rng.uniform(0, stage.seconds), lambda: [_until_done(words) for words in over]):
        told = told_by(stage.run)
    _until_done(["umount", place])
    return told


def put_clock_back(stage: Stage, rng: random.Random) -> str:
    """Let everything of the run before be of a later day than now: times of files, report, holder of the lock."""
    later = time.time() + rng.uniform(1, 1000) * 86400
    for path in stage.outputs.rglob("*"):
        os.utime(path, (later, later))
    year = str(time.gmtime().tm_year)
    for name in ("report.json", ".holder.json"):
        path = stage.outputs / "runs" / name
        path.write_text(path.read_text().replace(f'"{year}-', f'"{int(year) + 3}-'))
    return told_by(stage.run)


def turn_clock_back(stage: Stage, rng: random.Random) -> str:
    """Put the clock of every process of a run some days back while they are at work."""
    clock, folder = stage.folder / "clock.txt", stage.folder / "first"
    clock.write_text("0")
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(CLOCK)
    paths = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH", "")]))
    command = stage.command(SHIFTED_CLOCK=str(clock), PYTHONPATH=paths)
    seconds = -86400 * rng.randint(1, 1000)
    with at_moment(rng.uniform(0, stage.seconds + SECONDS_TO_IMPORT), lambda: clock.write_text(str(seconds))):
        return told_by_command(command)


def two_at_once(stage: Stage, rng: random.Random) -> str:
    """Start two runs, the second while the first may be at work."""
    first = stage.command()
    time.sleep(rng.uniform(0, stage.seconds + SECONDS_TO_IMPORT))
    told = sorted([told_by_command(stage.command()), told_by_command(first)])
    return told[1] if told[0] == "" else f"both: {', '.join(told)}"


def bad_notebook(deed: str) -> Fault:
    """Return a fault: a notebook that does something after a random time, while the other notebook runs."""

    def fault(stage: Stage, rng: random.Random) -> str:
        outside = stage.folder / "outside"
        outside.mkdir(exist_ok=True)
        wait = f"import time\ntime.sleep({rng.uniform(0, stage.seconds):.2f})\n"
        stage.write_edition(2, wait + deed.format(outside=outside), on=rng.choice(PAGES))
        seconds = int(stage.seconds) + SECONDS_OF_HANGING
        told = told_by(lambda: stage.run(Limits(seconds if "600" in deed and "fork" not in deed else 60, MEMORY)))
        return told if not any(outside.iterdir()) else "wrote outside"

    return fault


FAULTS: dict[str, Fault] = {
    "kill -9 of a kernel": kill_one("kernel"),
    "kill -9 of a worker": kill_one("worker"),
    "kill -9 of the fork server": kill_one("server"),
    "kill -9 of the main process": kill_main,
    "the disk is full": fill_disk,
    "the outputs become read-only": forbid_writing,
    "the clock was put back before": put_clock_back,
    "the clock goes back meanwhile": turn_clock_back,
    "two runs at once": two_at_once,
    **{name: bad_notebook(deed) for name, deed in DEEDS.items()},
}
NEEDS_MOUNT = ("the disk is full", "the outputs become read-only")
SECONDS_TO_IMPORT = 3
"""What a process of its own needs more than one whose libraries are there."""


def cannot(fault: str) -> str:
    """Return what this machine lacks for a fault; empty when it can be tried."""
    if fault in NEEDS_MOUNT and (os.name != "posix" or os.geteuid() != 0 or not _can_mount()):
        return "needs root and the right to mount"
    return ""


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount a small disk of memory on a folder."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEBIBYTES}m", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def at_moment(seconds: float, act: Callable[[], object]) -> Iterator[None]:
    """Do something after so many seconds, also when the block has ended by then; its error is raised."""
    problems: list[BaseException] = []

    def later() -> None:
        try:
            act()
        except BaseException as problem:
            problems.append(problem)

    timer = threading.Timer(seconds, later)
    timer.start()
    try:
        yield
    finally:
        timer.join()
    for problem in problems:
        raise problem


def running_below(temporary: Path) -> dict[int, str]:
    """Return the commands of the processes whose temporary files are below a folder, by process id."""
    return processes_where(lambda entries: any(entry.startswith(f"TMPDIR={temporary}".encode()) for entry in entries))


def parent_of(pid: int) -> int:
    """Return the parent of a process; 0 when it has ended."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _of_role(stage: Stage, role: str) -> Sequence[int]:
    """Return the processes of a run in this process: the server is its child, a worker the server's, a kernel a worker's."""
    mine = f"TMPDIR={stage.launcher.temporary}".encode()
    below = [pid for pid in _children_of(os.getpid()) if mine in _read(f"/proc/{pid}/environ")]
    for _ in range(("server", "worker", "kernel").index(role)):
        below = [child for pid in below for child in _children_of(pid)]
    return below


def _children_of(pid: int) -> list[int]:
    return [int(word) for path in Path(f"/proc/{pid}/task").glob("*/children") for word in _read(str(path)).split()]


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def _kill_at(stage: Stage, role: str, seconds: float, done: threading.Event) -> None:
    """Kill a process of a role, the first that is there from a moment on."""
    done.wait(seconds)
    while not done.is_set():
        for pid in _of_role(stage, role)[:1]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            return
        time.sleep(0.01)


def _fill(ballast: Path) -> None:
    with suppress(OSError), ballast.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, shutil.disk_usage(ballast.parent).free)


def _until_done(words: list[str]) -> None:
    """Give a command of the system until it succeeds: a mount is busy as long as a file in it is being written."""
    until = time.monotonic() + SECONDS_TO_SETTLE
    while (done := subprocess.run(words, capture_output=True, text=True, check=False)).returncode:
        if time.monotonic() > until:
            raise OSError(f"{' '.join(words)}: {done.stderr}")
        time.sleep(0.01)


def _can_mount() -> bool:
    with ExitStack() as stack:
        import tempfile

        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        try:
            with small_disk(folder):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False
