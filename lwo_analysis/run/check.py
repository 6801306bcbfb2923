"""`lwo check`: whatever can drift apart is compared, and the first difference is an error with a remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from pathlib import Path

import nbformat

from lwo_analysis import paths
from lwo_analysis.catalogue.agenda import agenda
from lwo_analysis.catalogue.areas import areas, region_meanings
from lwo_analysis.catalogue.breaks import breaks
from lwo_analysis.catalogue.budgets import programme_budgets
from lwo_analysis.catalogue.goals import goals
from lwo_analysis.catalogue.indicators import indicators, measures
from lwo_analysis.catalogue.interventions import check_indicators_exist, interventions
from lwo_analysis.catalogue.literature import literature
from lwo_analysis.catalogue.nplv import focus_areas
from lwo_analysis.catalogue.phrases import LANGUAGES, load_phrases
from lwo_analysis.catalogue.sources import sources
from lwo_analysis.catalogue.unit_values import unit_values
from lwo_analysis.errors import CatalogueError, NotebookError
from lwo_analysis.provenance import CARD_NAME, read_card, written_whole
from lwo_analysis.publish.guards import FINDINGS_TAG, tags_of, typed_numbers
from lwo_analysis.run.environment import (
    ENVIRONMENT,
    INDEX,
    LOCK,
    NotebookSize,
    conda_environment,
    declared_packages,
    locked_packages,
    notebook_index,
    notebook_size,
    project_settings,
)
from lwo_analysis.run.jobs import read_notebook, standard_jobs
from lwo_analysis.run.reference import reference_files

MAXIMUM_CODE_LINES = 150
MAXIMUM_CELL_LINES = 15
WORDS_PER_LINE = (8, 25)
"""Words of prose per code line and language: 10 to 20 is the aim, and a short notebook or a long method may miss it a little."""
FORBIDDEN_CODE = {
    "a definition": r"^\s*(?:async\s+)?(?:def|class)\s",
    "an installation": r"^\s*[%!]\s*pip",
    "ignored warnings": r"filterwarnings\(\s*[\"']ignore",
    "a file path": r"read_(?:csv|parquet|excel)\(|open\(",
}


def run_checks(*, write: bool = False) -> list[str]:
    """Return one line per check that holds; the first that does not is raised.

    Parameters
    ----------
    write : bool
        Write the generated files first, instead of comparing them with what follows from their source.

    Raises
    ------
    CatalogueError
        The catalogue contradicts itself, or a generated file differs from its source.
    NotebookError
        A notebook breaks a rule.
    InputError
        A raw file differs from its source card.
    """
    checks: tuple[Callable[[], str], ...] = (
        check_catalogue,
        check_source_cards,
        check_lock,
        lambda: check_generated(paths.REPOSITORY / ENVIRONMENT, conda_environment(project_settings()), write=write),
        lambda: check_generated(paths.REPOSITORY / INDEX, notebook_index(paths.notebooks_folder()), write=write),
        lambda: check_documents(write=write),
        check_notebooks,
    )
    return [check() for check in checks]


def check_catalogue() -> str:
    """Load every file of the catalogue, each loader checking its own, and compare the ids that files use of each other."""
    _check_used("measures.yml", {measure.table for measure in measures().values()}, "sources.yml", set(sources()))
    _check_used(
        "goals.yml", {goal.indicator_id for goal in goals().values() if goal.indicator_id}, "indicators.yml", set(indicators())
    )
    check_indicators_exist(indicators())
    counts: dict[str, Collection[object]] = {
        "areas": areas(),
        "focus areas": focus_areas(),
        "regions": region_meanings(),
        "indicators": indicators(),
        "breaks": breaks(),
        "sources": sources(),
        "goals": goals(),
        "interventions": interventions(),
        "questions": agenda(),
        "studies": literature(),
        "budgets": programme_budgets(),
        "unit values": unit_values(),
        "phrases": load_phrases(),
    }
    return "catalogue: " + ", ".join(f"{len(entries)} {name}" for name, entries in counts.items())


def _check_used(file: str, used: set[str], other: str, known: set[str]) -> None:
    if strangers := sorted(used - known):
        raise CatalogueError(
            f"catalogue/{file}", expected=f"ids of catalogue/{other}", found=", ".join(strangers), remedy="correct the id"
        )


def check_source_cards() -> str:
    """Compare every raw file with the checksum on its source card."""
    folders = [path.parent for path in sorted(paths.raw_folder().glob(f"*/{CARD_NAME}"))]
    for folder in folders:
        read_card(folder)
    return f"source cards: {len(folders)} folders agree"


def check_lock() -> str:
    """Compare the lock with pyproject.toml: every package pinned with a hash, and no index address."""
    text = (paths.REPOSITORY / LOCK).read_text(encoding="utf-8")
    missing = sorted(declared_packages(project_settings()) - locked_packages(text))
    addresses = re.findall(r"https?://\S+|--(?:extra-)?index-url.*", text)
    if missing or addresses or "--hash=sha256:" not in text:
        raise CatalogueError(
            LOCK,
            expected="every package of pyproject.toml pinned with hashes, and no index address",
            found=f"missing {', '.join(missing) or 'none'}; addresses {len(addresses)}",
            remedy="run `make lock`",
        )
    return f"{LOCK}: {len(locked_packages(text))} packages pinned"


def check_generated(path: Path, expected: str, *, write: bool) -> str:
    """Compare a generated file with what follows from its source, or write it."""
    if write:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as temporary:
            temporary.write_text(expected, encoding="utf-8")
    found = path.read_text(encoding="utf-8") if path.exists() else ""
    if found != expected:
        raise CatalogueError(
            str(path.relative_to(paths.REPOSITORY)),
            expected="what follows from its source",
            found="another text" if found else "no such file",
            remedy="run `lwo check --write`",
        )
    return f"{path.name}: follows from its source"


def check_documents(*, write: bool) -> str:
    """Compare the generated documents with code, catalogue and tests, or write them."""
    files = reference_files()
    for name, text in files.items():
        check_generated(paths.REPOSITORY / name, text, write=write)
    return f"docs: {len(files)} files follow from their source"


def check_notebooks() -> str:
    """Check the form of every notebook, and that its standard runs have valid parameters."""
    folder = paths.notebooks_folder()
    notebooks = {path.stem: read_notebook(path) for path in sorted(folder.glob("*.ipynb"))}
    for name, notebook in notebooks.items():
        check_form(notebook, name)
    jobs = standard_jobs(folder, [], {}, None, demo=True)
    sizes = [_size_line(name, notebook_size(notebook)) for name, notebook in notebooks.items()]
    return "\n".join([f"notebooks: {len(notebooks)}, {len(jobs)} standard runs", *sizes])


def check_form(notebook: nbformat.NotebookNode, name: str) -> None:
    """Raise `NotebookError` when a committed notebook has outputs, defines something, types a number, or is out of balance."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    text = "\n".join(cell.source for cell in code)
    size = notebook_size(notebook)
    problems = [
        *(["outputs"] if any(cell.outputs or cell.execution_count for cell in code) else []),
        *(["papermill metadata"] if "papermill" in notebook.metadata else []),
        *(what for what, pattern in FORBIDDEN_CODE.items() if re.search(pattern, text, flags=re.MULTILINE)),
        *([f"{size.code_lines} lines of code"] if size.code_lines > MAXIMUM_CODE_LINES else []),
        *([f"a cell of {size.longest_cell} lines"] if size.longest_cell > MAXIMUM_CELL_LINES else []),
        *_balance_problems(size),
        *_language_problems(notebook),
        *_prose_problems(notebook),
    ]
    if problems:
        raise NotebookError(
            name,
            expected="a stripped notebook that defines nothing and types no findings, in both languages",
            found=", ".join(problems),
            remedy="strip it (`nbstripout notebooks/*.ipynb`), move code to lwo_analysis, or let claims say the numbers",
        )


def _language_problems(notebook: nbformat.NotebookNode) -> list[str]:
    tagged = {lang: [cell for cell in notebook.cells if lang in cell.metadata.get("tags", [])] for lang in LANGUAGES}
    titles = {lang: sum(cell.source.startswith("# ") for cell in cells) for lang, cells in tagged.items()}
    wrong_titles = [f"{count} titles in {lang}" for lang, count in titles.items() if count != 1]
    uneven = ["cells that exist in one language only"] if len({len(cells) for cells in tagged.values()}) > 1 else []
    return [*wrong_titles, *uneven]


def _balance_problems(size: NotebookSize) -> list[str]:
    low, high = WORDS_PER_LINE
    ratios = {lang: size.words_per_line(lang) for lang in LANGUAGES}
    return [
        f"{ratio:.1f} words of prose per code line in {lang} (from {low} to {high})"
        for lang, ratio in ratios.items()
        if not low <= ratio <= high
    ]


def _prose_problems(notebook: nbformat.NotebookNode) -> list[str]:
    prose = [cell for cell in notebook.cells if cell.cell_type == "markdown" and FINDINGS_TAG not in tags_of(cell)]
    return [
        *(f"{number} typed in prose" for cell in prose for number in typed_numbers(cell.source)),
        *(["prose without a language"] if any(len(tags_of(cell) & set(LANGUAGES)) != 1 for cell in prose) else []),
    ]


def _size_line(name: str, size: NotebookSize) -> str:
    said = ", ".join(f"{size.words_per_line(lang):.1f} in {lang}" for lang in LANGUAGES)
    return f"  {name}: {size.code_lines} code lines, longest cell {size.longest_cell}, words per code line {said}"
