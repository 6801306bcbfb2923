"""Zip files from outside, read without unpacking: a workbook is one, and some providers send their tables in one."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from lwo_analysis.errors import InputError

LARGEST_RATIO = 200
"""Text of tables shrinks 10 to 60 times; a member that shrinks more than this is made to fill the memory."""
SMALL_MEMBER = 1 << 20
"""Below this size the ratio says nothing: a few hundred spaces also shrink well."""


def check_archive(path: Path, *, largest_total: int) -> tuple[str, ...]:
    """Return the names of the files in a zip, once none of them can do harm.

    Parameters
    ----------
    path : Path
        The zip; nothing is unpacked.
    largest_total : int
        Most bytes that all members together may have when unpacked.

    Raises
    ------
    InputError
        Not a whole zip; a member has an absolute path, `..`, a backslash, a drive or the name of another member; it
        shrinks more than `LARGEST_RATIO` times; or all members together exceed `largest_total`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as problem:
        raise _error(path, "a whole zip file", f"unreadable ({problem})") from problem
    for member in members:
        _check_member(path, member)
    names = tuple(member.filename for member in members)
    if len(set(names)) < len(names):
        raise _error(path, "every name once in the zip", "a name twice")
    total = sum(member.file_size for member in members)
    if total > largest_total:
        raise _error(path, f"at most {largest_total} bytes unpacked", f"{total}")
    return names


def read_member(path: Path, name: str, *, largest: int) -> bytes:
    """Return the bytes of one member, at most `largest`, whatever size the zip states for it.

    Raises
    ------
    InputError
        The member is longer, damaged or encrypted.
    """
    try:
        with zipfile.ZipFile(path) as archive, archive.open(name) as stream:
            content = stream.read(largest + 1)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, KeyError, RuntimeError, NotImplementedError) as problem:
        raise _error(f"{path}, {name}", "a whole member of the zip", f"unreadable ({problem})") from problem
    if len(content) > largest:
        raise _error(f"{path}, {name}", f"at most {largest} bytes", "more")
    return content


def member_date(path: Path, name: str) -> str:
    """Return the date of a member as the zip states it (ISO 8601)."""
    with zipfile.ZipFile(path) as archive:
        year, month, day, *_ = archive.getinfo(name).date_time
    return f"{year:04d}-{month:02d}-{day:02d}"


def _check_member(path: Path, member: zipfile.ZipInfo) -> None:
    name = member.filename
    parts = PurePosixPath(name).parts
    if name.startswith("/") or "\\" in member.orig_filename or "\0" in member.orig_filename or ".." in parts or ":" in name:
        raise _error(path, "plain names in the zip", repr(name[:80]))
    if member.file_size > max(SMALL_MEMBER, LARGEST_RATIO * member.compress_size):
        found = f"{name!r} of {member.compress_size} bytes that unpack to {member.file_size}"
        raise _error(path, f"members that shrink at most {LARGEST_RATIO} times", found)


def _error(where: object, expected: str, found: str) -> InputError:
    return InputError(str(where), expected=expected, found=found, remedy="download the file again from its provider")
