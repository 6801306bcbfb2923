"""Where the tests find the real public data, which is never committed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def shared_path(relative: str) -> Path:
    """Return the path of a shared data file, or skip the test and say what is absent."""
    folder = Path(os.environ.get("LWO_SHARED", REPOSITORY.parent / "shared" / "data"))
    path = folder / relative
    if not path.exists():
        pytest.skip(f"shared data absent: {relative} (put it in ../shared/data or set LWO_SHARED)")
    return path
