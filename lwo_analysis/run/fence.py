"""What a notebook may not touch outside this project: the files of whoever runs it, other folders, other programs, the network.

The fence is an audit hook of Python (PEP 578). It stops mistakes and plain mischief with one line that says what was tried. It is
no jail: code in C, such as a library that opens a file by itself, is not seen. A notebook of a stranger belongs in a container.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECRET_WORDS = ("TOKEN", "SECRET", "KEY", "PASSWORD")
"""Environment variables with one of these in their name are not passed on to a worker or a kernel."""
PROGRAMS = frozenset({"fc-list", "system_profiler", "ldconfig", "uname"})
"""Programs that libraries start by themselves, to look for fonts, for other libraries, and for the name of the processor."""
LIBRARY_FOLDERS = (".cache", ".config/matplotlib", ".matplotlib", ".ipython", ".jupyter", ".local", ".fonts", "Library")
"""Folders in the home of a person in which libraries keep caches, fonts and settings."""
CHANGES = frozenset({"os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.truncate", "os.chmod"})
STARTS = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.startfile"})
CALLS = frozenset({"socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"})
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_ENVIRONMENT_OF_PROCESS = re.compile(r"/proc/\w+/environ")


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without the variables whose names say that they are secret.

    Examples
    --------
    >>> without_secrets({"PATH": "/bin", "API_TOKEN": "x", "aws_secret_access_key": "y"})
    {'PATH': '/bin'}
    """
    return {name: value for name, value in environment.items() if not any(word in name.upper() for word in SECRET_WORDS)}


@dataclass(frozen=True)
class Fence:
    """Folders that are not closed to a notebook.

    Attributes
    ----------
    home : str
        The home of the person who runs the notebook; empty when it is the whole file system.
    readable : tuple of str
        Folders in it that may be read: the project, Python, and what libraries keep for themselves.
    writable : tuple of str
        The only folders in which files may be made, changed or removed.
    """

    home: str
    readable: tuple[str, ...]
    writable: tuple[str, ...]

    def crossed(self, event: str, values: tuple[Any, ...]) -> str:
        """Return what an audit event touches on the other side of the fence, or an empty text.

        Parameters
        ----------
        event, values
            As Python gives them to an audit hook.
        """
        if event == "open":
            path, _, flags = values
            return self._written(path) if flags & WRITING else self._read(path)
        if event in CHANGES:
            return next(filter(None, map(self._written, values[:2])), "")
        if event == "sqlite3.connect":
            return "" if values[0] in (":memory:", "") else self._written(values[0])
        if event in STARTS:
            return _program(event, values)
        return _address(event, values) if event in CALLS else ""

    def _read(self, path: object) -> str:
        place = _place(path)
        is_private = bool(self.home) and _is_in(place, (self.home,)) and not _is_in(place, self.readable)
        return place if is_private or _ENVIRONMENT_OF_PROCESS.match(place) else ""

    def _written(self, path: object) -> str:
        place = _place(path)
        return place if place and "__pycache__" not in place and not _is_in(place, self.writable) else ""


def make_fence(project: Iterable[str], *, writable: Iterable[str] = ()) -> Fence:
    """Return the fence of this process around the folders of the project.

    Parameters
    ----------
    project : iterable of str
        Folders of code and data; they may be read, and what may be read in them is decided elsewhere.
    writable : iterable of str
        Folders in which files may be made, besides those of libraries and for temporary files.
    """
    home = os.path.realpath(Path.home())
    kept = [os.path.join(home, name) for name in LIBRARY_FOLDERS]
    kept += [os.environ[name] for name in ("MPLCONFIGDIR", "XDG_CACHE_HOME", "IPYTHONDIR") if name in os.environ]
    python = [sys.prefix, sys.base_prefix, sys.exec_prefix, *filter(None, sys.path)]
    temporary = tempfile.gettempdir()
    readable = tuple(os.path.realpath(folder) for folder in (*project, *python, *kept, temporary))
    places = tuple(os.path.realpath(folder) for folder in (*writable, *kept, temporary, os.devnull))
    return Fence("" if home == os.sep else home, readable, places)


def _place(path: object) -> str:
    return os.path.realpath(os.fsdecode(path)) if isinstance(path, str | bytes | os.PathLike) else ""


def _is_in(place: str, folders: Iterable[str]) -> bool:
    return any(f"{place}{os.sep}".startswith(folder.rstrip(os.sep) + os.sep) for folder in folders)


def _program(event: str, values: tuple[Any, ...]) -> str:
    named = values[1][0] if event == "subprocess.Popen" and not isinstance(values[1], str | bytes) and values[1] else values[0]
    name = os.fsdecode(named) if isinstance(named, str | bytes | os.PathLike) else str(named)
    return "" if os.path.basename(name) in PROGRAMS else f"the program {name[:60]}"


def _address(event: str, values: tuple[Any, ...]) -> str:
    address = values[1] if event in ("socket.connect", "socket.sendto") else values[0]
    return "" if isinstance(address, str | bytes) and event == "socket.connect" else f"the address {address!r}"
