"""Where a number comes from: source cards beside raw files, and the state of the code that read them."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from lwo_analysis.errors import InputError, OutputError

CARD_NAME = "card.yml"
UNFINISHED = ".unfinished-"
"""In the name of a file that is being written; one that stays was left by a process that was killed."""
# Of linux/fcntl.h and linux/fs.h: a path that starts from here, and the flag that lets two paths change places.
AT_FDCWD, RENAME_EXCHANGE = -100, 2


@dataclass(frozen=True)
class SourceCard:
    """The identity of a raw file or folder of files.

    Attributes
    ----------
    source_id : str
        Entry of catalogue/sources.yml.
    table : str
        The provider's id of the table or document.
    vintage : str
        Date on which the provider last changed it.
    retrieved : str
        Date on which it was copied into `data/raw`.
    files : dict of str to str
        File name and sha256 of every file that the card covers.
    note : str
        What else a reader must know, such as the lines of a document that the figures were typed from.
    """

    source_id: str
    table: str
    title: str
    provider: str
    licence: str
    vintage: str
    retrieved: str
    files: dict[str, str] = field(default_factory=dict)
    note: str = ""


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def read_card(folder: Path) -> SourceCard:
    """Return the source card of a raw folder once every file it names is there and unchanged.

    Raises
    ------
    InputError
        The card is absent, incomplete or not YAML; a file is missing, has another checksum, or is not on the card.
    """
    card = read_fields(folder)
    _check_files(folder, card)
    return card


def read_fields(folder: Path) -> SourceCard:
    """Return the source card of a raw folder as it is written; the files it names are not looked at.

    Raises
    ------
    InputError
        The card is absent, incomplete or not YAML.
    """
    path = folder / CARD_NAME
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        fields: dict[str, Any] = {key: value if isinstance(value, dict) else str(value) for key, value in content.items()}
        return SourceCard(**fields)
    except (OSError, TypeError, AttributeError, yaml.YAMLError) as problem:
        raise InputError(
            str(path),
            expected="a source card with the fields of SourceCard",
            found=_first_line(problem),
            remedy="import the files again with `lwo import`",
        ) from problem


def write_card(folder: Path, card: SourceCard) -> None:
    """Write the source card of a raw folder in one step."""
    with written_whole(folder / CARD_NAME) as path:
        path.write_text(yaml.safe_dump(asdict(card), sort_keys=False, allow_unicode=True, width=120), encoding="utf-8")


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path` and put it in place only when the block ends well.

    Raises
    ------
    OutputError
        The folder cannot be written to; what stood at `path` is untouched.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}{UNFINISHED}", dir=path.parent)
        os.close(handle)
    except OSError as problem:
        raise _unwritable(path, problem) from problem
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as problem:
        raise _unwritable(path, problem) from problem
    finally:
        temporary.unlink(missing_ok=True)


def put_in_place(new: Path, destination: Path) -> None:
    """Put a finished folder in the place of another, which is removed; a reader sees the old one or the new one, never a mix.

    On Linux the two change places in one step. Elsewhere, and on a file system that cannot do that, the old one is moved away
    first; when the process dies in between, the next call brings it back before it does anything else.

    Raises
    ------
    OSError
        The folder cannot be moved; what stood at `destination` is there again.
    """
    destination.parent.mkdir(parents=True, exist_ok=True)
    old = destination.with_name(f".{destination.name}.old")
    if old.exists() and not destination.exists():
        old.rename(destination)
    if not destination.exists():
        new.rename(destination)
    elif _exchanged(new, destination):
        shutil.rmtree(new, ignore_errors=True)
    else:
        _replace_in_two_steps(new, destination, old)
    shutil.rmtree(old, ignore_errors=True)


def _exchanged(first: Path, second: Path) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None).renameat2
    except (OSError, AttributeError):
        return False
    return rename(AT_FDCWD, os.fsencode(first), AT_FDCWD, os.fsencode(second), RENAME_EXCHANGE) == 0


def _replace_in_two_steps(new: Path, destination: Path, old: Path) -> None:
    shutil.rmtree(old, ignore_errors=True)
    destination.rename(old)
    try:
        new.rename(destination)
    except OSError:
        old.rename(destination)
        raise


def code_revision(repository: Path) -> str:
    """Return the git commit of the code, with `+changes` when the tree differs from it, or `unknown` outside git."""
    commit = _git(repository, "rev-parse", "HEAD")
    if not commit:
        return "unknown"
    return commit + ("+changes" if _git(repository, "status", "--porcelain", "--untracked-files=no") else "")


def _git(repository: Path, *arguments: str) -> str:
    try:
        answer = subprocess.run(
            ["git", "-C", str(repository), *arguments], capture_output=True, text=True, check=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip()


def _check_files(folder: Path, card: SourceCard) -> None:
    present = {
        path.name for path in folder.iterdir() if path.is_file() and path.name != CARD_NAME and not path.name.startswith(".")
    }
    if present != set(card.files):
        raise InputError(
            str(folder),
            expected=f"the files of its source card ({', '.join(sorted(card.files)) or 'none'})",
            found=f"{', '.join(sorted(present)) or 'none'}",
            remedy="import the files again with `lwo import`",
        )
    for name, expected in card.files.items():
        found = sha256_of(folder / name)
        if found != expected:
            raise InputError(
                str(folder / name),
                expected=f"sha256 {expected[:12]}… as on its source card",
                found=f"{found[:12]}…",
                remedy="put the imported file back, or import the new one with `lwo import`",
            )


def _unwritable(path: Path, problem: OSError) -> OutputError:
    return OutputError(
        str(path),
        expected="a folder that can be written to",
        found=problem.strerror or str(problem),
        remedy="make room or give write access, or set LWO_OUTPUTS or LWO_DATA to another folder",
    )


def _first_line(problem: Exception) -> str:
    return str(problem).strip().splitlines()[0] if str(problem).strip() else type(problem).__name__
