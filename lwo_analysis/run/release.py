"""A release for a data repository: code, the published site with its data and provenance, and what the last run did.

It is one zip that holds a bag (BagIt 1.0, RFC 8493), which archives check by themselves, with an RO-Crate 1.1 as its contents.
"""

from __future__ import annotations

import json
import subprocess
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from lwo_analysis.catalogue.sources import sources
from lwo_analysis.errors import InputError
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.provenance import code_revision, written_whole
from lwo_analysis.publish.identity import site_title
from lwo_analysis.run.environment import project_settings

CRATE = "ro-crate-metadata.json"
REPORTS = ("report.json", "report.html", "report-en.html", CRATE)
"""What the last run left in the folder of runs, of which a release keeps a copy."""
OWN_FILES = ("CITATION.cff", "LICENSE")
PARTS = {
    "code": "The code, the notebooks, the catalogue and the figures typed from documents, as tracked by git.",
    "site": "Every page with its claims and provenance. Figures are in `data/`, with `datapackage.json` and `dcat.jsonld`.",
    "run": "What the last run made, with which versions.",
}
BAG = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@dataclass(frozen=True)
class Release:
    """What goes into a release.

    Attributes
    ----------
    name : str
        Of the archive and of the folder in it.
    moment : str
        ISO 8601 moment of the release; the same moment and inputs give the same bytes.
    revision : str
        Of the code.
    files : mapping of str to Path or bytes
        Contents by their address in the payload.
    """

    name: str
    moment: str
    revision: str
    files: Mapping[str, Path | bytes]


def plan_release(site: Path, runs: Path, moment: str, repository: Path = REPOSITORY) -> Release:
    """Return what a release holds: the files that git tracks, the site as it is published, and the reports of the last run.

    Figures that were not published are not in it: the observations are those of the site, after the rules of disclosure.

    Raises
    ------
    InputError
        There is no site, or the code is no checkout of git.
    """
    if not (site / "index.html").exists():
        raise InputError(str(site), expected="a published site", found="none", remedy="give `lwo run` first")
    files: dict[str, Path | bytes] = {f"code/{name}": repository / name for name in tracked_files(repository)}
    files |= {f"site/{path.relative_to(site).as_posix()}": path for path in site.rglob("*") if path.is_file()}
    files |= {f"run/{name}": runs / name for name in REPORTS if (runs / name).exists()}
    files |= {name: repository / name for name in OWN_FILES}
    version, revision = str(project_settings(repository)["version"]), code_revision(repository)
    files["README.md"] = _readme(version, revision, moment).encode("utf-8")
    files[CRATE] = _crate(files, version, revision, moment)
    return Release(f"lwo-analysis-{version}-{moment[:10]}", moment, revision, files)


def write_release(release: Release, folder: Path) -> Path:
    """Write the archive of a release, ``NAME.zip``, and return its path; one of the same name is replaced when it is whole.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    path = folder / f"{release.name}.zip"
    sums: dict[str, str] = {}
    size = 0
    with written_whole(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, source in sorted(release.files.items()):
            content = source if isinstance(source, bytes) else source.read_bytes()
            _put(archive, release, f"data/{name}", content)
            sums[f"data/{name}"] = sha256(content).hexdigest()
            size += len(content)
        tags = {"bagit.txt": BAG, "bag-info.txt": _information(release, size, len(sums)), "manifest-sha256.txt": _manifest(sums)}
        tags["tagmanifest-sha256.txt"] = _manifest({name: sha256(text.encode()).hexdigest() for name, text in tags.items()})
        for name, text in tags.items():
            _put(archive, release, name, text.encode("utf-8"))
    return path


def tracked_files(repository: Path) -> list[str]:
    """Return the files of a checkout that git tracks and that are there, in order.

    Raises
    ------
    InputError
        It is no checkout, or git is absent.
    """
    command = ["git", "-C", str(repository), "ls-files", "-z"]
    try:
        listed = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode("utf-8")
    except (OSError, subprocess.SubprocessError) as problem:
        raise InputError(
            str(repository), expected="a checkout of git", found="none", remedy="make the release in a clone of the repository"
        ) from problem
    return [name for name in listed.split("\0") if name and (repository / name).is_file()]


def _put(archive: zipfile.ZipFile, release: Release, name: str, content: bytes) -> None:
    member = zipfile.ZipInfo(f"{release.name}/{name}", datetime.fromisoformat(release.moment).timetuple()[:6])
    member.external_attr = 0o644 << 16
    archive.writestr(member, content, zipfile.ZIP_DEFLATED)


def _manifest(sums: Mapping[str, str]) -> str:
    return "".join(f"{checksum}  {name}\n" for name, checksum in sorted(sums.items()))


def _information(release: Release, size: int, count: int) -> str:
    facts = {
        "Source-Organization": site_title("nl"),
        "External-Description": f"{site_title('en')}: code, pages, data and provenance",
        "External-Identifier": f"{release.name} ({release.revision})",
        "Bagging-Date": release.moment[:10],
        "Payload-Oxum": f"{size}.{count}",
    }
    return "".join(f"{name}: {text}\n" for name, text in facts.items())


def _readme(version: str, revision: str, moment: str) -> str:
    parts = [f"- `{name}/`: {text}" for name, text in PARTS.items()]
    licences = sorted({f"- {origin.title('en')} ({origin.provider}): {origin.licence}" for origin in sources().values()})
    return "\n".join(
        [
            f"# {site_title('en')}",
            "",
            f"Release of lwo-analysis {version} (revision {revision}), {moment}. Open `site/index.html`.",
            "",
            *parts,
            "",
            "Every file has its SHA-256 in `manifest-sha256.txt` beside this folder (BagIt). How to cite: `CITATION.cff`.",
            "",
            "## Licences",
            "",
            "Code and texts: MIT (`LICENSE`). Figures keep the licence of their provider:",
            "",
            *licences,
            "",
        ]
    )


def _crate(files: Iterable[str], version: str, revision: str, moment: str) -> bytes:
    """Return the contents as an RO-Crate 1.1; the site and the run in it hold crates of their own with the details."""
    loose = [{"@id": name, "@type": "File", "name": name} for name in sorted(files) if "/" not in name]
    folders = [{"@id": f"{name}/", "@type": "Dataset", "name": name, "description": text} for name, text in PARTS.items()]
    licence = {"@id": "https://spdx.org/licenses/MIT.html", "@type": "CreativeWork", "name": "MIT"}
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": site_title("en"),
        "description": f"Release {version} of lwo-analysis (revision {revision}): code, pages, data and provenance.",
        "version": version,
        "datePublished": moment,
        "license": {"@id": licence["@id"]},
        "hasPart": [{"@id": each["@id"]} for each in (*loose, *folders)],
    }
    about = {
        "@id": CRATE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    content = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": [about, root, licence, *loose, *folders]}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
