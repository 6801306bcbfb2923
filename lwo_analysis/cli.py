"""The command line: every command is one line of help, one line per error, and an exit code."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from lwo_analysis import paths
from lwo_analysis.errors import LwoError, ParameterError

if TYPE_CHECKING:
    from lwo_analysis.run.jobs import Job
    from lwo_analysis.run.pages import Making
    from lwo_analysis.run.publishing import Publication
    from lwo_analysis.run.report import RunReport

design_app = typer.Typer(help="Register what will be estimated, before it is estimated.", no_args_is_help=True)
app = typer.Typer(
    help="Findings about Leeuwarden Oost, from raw figures to pages.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


app.add_typer(design_app, name="design")


STOPPED = 130
"""Exit code of a command that was stopped, by Ctrl-C or by a scheduler."""


def main() -> None:
    """Run the command line; a problem the reader can solve becomes one line on stderr and an exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = app(standalone_mode=False)
    except typer.TyperException as problem:
        _end(_usage_error(problem)) if problem.format_message() else sys.exit(problem.exit_code)
    except LwoError as problem:
        _end(problem)
    if code == STOPPED:
        print("lwo: stopped before the end; what was there is untouched. Give the same command again.", file=sys.stderr)
    sys.exit(code)


def _end(problem: LwoError) -> NoReturn:
    print(f"lwo: {problem}", file=sys.stderr)
    sys.exit(problem.exit_code)


def _usage_error(problem: typer.TyperException) -> ParameterError:
    """Return an unknown option or a missing argument as one line; one without a message has shown the help instead."""
    context = getattr(problem, "ctx", None)
    command = context.command_path if context else "lwo"
    found = problem.format_message().rstrip(".")
    return ParameterError(
        command, expected="the words that its --help lists", found=found[:1].lower() + found[1:], remedy=f"see `{command} --help`"
    )


@app.command("import")
def import_command(
    path: Annotated[Path, typer.Argument(help="Downloaded file or folder.")],
    source: Annotated[str, typer.Option("--source", help="statline, rivm, leefbaarometer, geometry, partner or survey.")],
    mapping: Annotated[Path | None, typer.Option("--mapping", help="Which column is what; for partner and survey.")] = None,
) -> None:
    """Copy a downloaded file into data/raw with its source card; refuse what is not recognised."""
    from lwo_analysis.sources.importing import import_files

    retrieved = dt.datetime.now(dt.UTC).date().isoformat()
    for card in import_files(path, module=source, raw=paths.raw_folder(), retrieved=retrieved, mapping=mapping):
        print(f"{card.table}: {card.title} ({card.provider}, {card.vintage}), {len(card.files)} file(s)")


@app.command("fetch")
def fetch_command(
    names: Annotated[list[str] | None, typer.Argument(help="Sources; every one that can be fetched when absent.")] = None,
    tables: Annotated[str | None, typer.Option(help="Only these tables, separated by commas.")] = None,
    years: Annotated[str | None, typer.Option(help="Only figures of these years: 2013-2025, 2020 or 2019,2021.")] = None,
    regions: Annotated[str | None, typer.Option(help="Starts of region codes, separated by commas.")] = None,
    api: Annotated[str | None, typer.Option(help="v3, v4 or dataderden.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Ask only how many rows there are.")] = False,
) -> None:
    """Download open data into data/raw; what was downloaded before and did not change is kept."""
    from lwo_analysis.run.fetching import estimate_requests, fetch_requests, parse_years, plan_fetch
    from lwo_analysis.run.progress import progress_of_tables
    from lwo_analysis.sources.statline import FetchSettings

    settings = FetchSettings.from_environment(os.environ)
    asked = tables.split(",") if tables else []
    within = tuple(regions.split(",")) if regions else None
    requests = plan_fetch(
        names or [],
        tables=asked,
        regions=within,
        years=parse_years(years),
        api=api,
        raw=paths.raw_folder(),
        environment=os.environ,
    )
    if dry_run:
        for line in estimate_requests(requests, settings):
            print(line)
        return
    with progress_of_tables() as progress:
        fetched = fetch_requests(requests, settings, retrieved=dt.datetime.now(dt.UTC).date().isoformat(), progress=progress)
    for outcome in fetched:
        print(outcome.line)
    failed = [outcome.error for outcome in fetched if outcome.error and outcome.is_serious]
    raise typer.Exit(failed[0].exit_code if failed else 0)


@app.command("build")
def build_command() -> None:
    """Build data/processed/observations.parquet from data/raw."""
    from lwo_analysis.run.build import build_observations

    report = build_observations(paths.raw_folder(), paths.processed_folder())
    for line in (*report.corrections, *report.left_out):
        print(line)
    for name, present, missing in report.tables:
        print(f"{name}: {present} figures, {missing} missing with a reason")
    for name, count in report.set_aside:
        print(f"{name}: {count} figures not used, a source that comes first has that indicator and year")
    print(f"{report.path}")


@app.command("run")
def run_command(
    notebooks: Annotated[list[str] | None, typer.Argument(help="Notebooks to run; all when absent.")] = None,
    parameters: Annotated[list[str] | None, typer.Option("-p", help="NAME=VALUE, over every standard run.")] = None,
    lang: Annotated[str | None, typer.Option(help="Only pages in this language: nl or en.")] = None,
    jobs: Annotated[int, typer.Option(min=0, help="Notebooks at the same time; 0 for one per processor.")] = 0,
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="Whether the site has a section of demo pages.")] = True,
    keep_going: Annotated[
        bool, typer.Option("--keep-going/--fail-fast", help="Publish what can be made when a page fails; its last edition stays.")
    ] = False,
    seconds: Annotated[int, typer.Option(min=1, help="Most seconds for one notebook.")] = 900,
    memory: Annotated[int, typer.Option(min=1, help="Most MiB of memory for one notebook.")] = 8192,
    engine: Annotated[str, typer.Option(help="forked (fast) or plain (a new Python for every notebook).")] = "forked",
    manifest: Annotated[Path | None, typer.Option(help="Run a part of what `lwo plan` wrote here; with --shard.")] = None,
    shard: Annotated[str | None, typer.Option(help="Which part: 3/16 is the third of sixteen. Publishes nothing.")] = None,
) -> None:
    """Execute the notebooks that changed and publish outputs/site, or make one part of a manifest."""
    from lwo_analysis.run.launch import make_launcher
    from lwo_analysis.run.orders import Limits
    from lwo_analysis.run.pages import Making
    from lwo_analysis.run.progress import progress_lines
    from lwo_analysis.run.publishing import available_processors, run_and_publish

    how = Making(jobs or available_processors(), Limits(seconds, memory), keep_going)
    if manifest or shard:
        if notebooks or parameters or lang:
            raise ParameterError(
                "--manifest", expected="no notebooks, -p or --lang", found="some", remedy="give them to `lwo plan`"
            )
        raise typer.Exit(_run_part(manifest, shard, how, engine))
    planned = _standard_jobs(notebooks, parameters, lang, demo)
    with make_launcher(engine) as launcher, progress_lines() as progress:
        report = run_and_publish(planned, _publication(demo), how, launcher, progress)
    raise typer.Exit(_say_report(report))


@app.command("plan")
def plan_command(
    manifest: Annotated[Path, typer.Option(help="Where the list of jobs goes, one line of JSON each.")],
    notebooks: Annotated[list[str] | None, typer.Argument(help="Notebooks to run; all when absent.")] = None,
    parameters: Annotated[list[str] | None, typer.Option("-p", help="NAME=VALUE, over every standard run.")] = None,
    lang: Annotated[str | None, typer.Option(help="Only pages in this language: nl or en.")] = None,
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="Whether demo pages are made.")] = True,
) -> None:
    """Write every job with its key to a manifest, for `lwo run --manifest` on several machines and `lwo collect`."""
    from lwo_analysis.run.manifest import write_manifest

    planned = write_manifest(manifest, _standard_jobs(notebooks, parameters, lang, demo), paths.data_folder())
    print(f"{len(planned)} jobs: {manifest}")


@app.command("collect")
def collect_command(
    manifest: Annotated[Path, typer.Option(help="What `lwo plan` wrote.")],
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="Whether the site has a section of demo pages.")] = True,
) -> None:
    """Check that every job of a manifest was made and is whole, and publish outputs/site; says what is missing."""
    from lwo_analysis.run.launch import make_launcher
    from lwo_analysis.run.manifest import read_manifest
    from lwo_analysis.run.shards import collect

    planned = read_manifest(manifest, paths.notebooks_folder(), paths.data_folder())
    with make_launcher("forked") as launcher:
        report = collect(planned, manifest, _publication(demo), launcher)
    raise typer.Exit(_say_report(report))


@app.command("reproduce")
def reproduce_command(
    page: Annotated[str, typer.Argument(help="Address of a published page: 02-comparison-en, or demo/02-comparison.")],
    engine: Annotated[str, typer.Option(help="forked (fast) or plain (a new Python for every notebook).")] = "forked",
) -> None:
    """Execute a published page again from its PAGE.prov.json and compare it byte by byte; exit code 6 when it differs."""
    from lwo_analysis.run.reproduce import reproduce_page

    address = page.removesuffix(".html").removesuffix(".prov.json")
    for line in reproduce_page(address, paths.site_folder(), paths.runs_folder(), engine):
        print(line)
    print(f"{address}: the page, its claims and its notebook are the same, byte for byte")


@app.command("trace")
def trace_command(
    addresses: Annotated[list[str] | None, typer.Argument(help="Numbers, as PAGE#claim-ID; some at random when absent.")] = None,
    site: Annotated[Path | None, typer.Option(help="Folder of a site; that of the last run when absent.")] = None,
    count: Annotated[int, typer.Option(min=1, help="How many to pick when none is named.")] = 10,
    seed: Annotated[int, typer.Option(help="The same seed picks the same numbers.")] = 0,
) -> None:
    """Say where published numbers came from: passport, formula, cells, functions, tests and sources."""
    import random

    from lwo_analysis.run.tracing import choose_numbers, trace_number

    folder = site or paths.site_folder()
    for address in addresses or choose_numbers(folder, count, random.Random(seed)):
        print("\n".join(trace_number(folder, address).lines))


@app.command("release")
def release_command(
    folder: Annotated[Path | None, typer.Option("--to", help="Where the archive goes; outputs/release when absent.")] = None,
) -> None:
    """Put code, site, data and provenance with their checksums in one archive for a data repository."""
    from lwo_analysis.publish.clock import generation_time
    from lwo_analysis.run.release import plan_release, write_release

    release = plan_release(paths.site_folder(), paths.runs_folder(), generation_time())
    print(f"{write_release(release, folder or paths.outputs_folder() / 'release')}: {len(release.files)} files")


@app.command("status")
def status_command(
    json_: Annotated[bool, typer.Option("--json", help="As JSON, with the keys of ARCHITECTURE.md.")] = False,
) -> None:
    """Say which figures are there, how old they are, and what the last run did; exit code 1 when something needs attention."""
    from lwo_analysis.run.status import read_status

    status = read_status()
    for line in [json.dumps(status.to_json(), indent=1, ensure_ascii=False)] if json_ else status.lines:
        print(line)
    raise typer.Exit(0 if status.is_healthy else 1)


@app.command("check")
def check_command(
    write: Annotated[bool, typer.Option("--write", help="Write the generated files instead of comparing them.")] = False,
) -> None:
    """Check that catalogue, notebooks, source cards and environment files agree."""
    from lwo_analysis.run.unneeded import skip_unneeded

    skip_unneeded()
    from lwo_analysis.run.check import run_checks

    for line in run_checks(write=write):
        print(line)


@design_app.command("freeze")
def freeze_command(
    path: Annotated[Path, typer.Argument(help="YAML with the fields of a design.")],
    date: Annotated[str | None, typer.Option(help="Day of registration (ISO 8601); today when absent.")] = None,
) -> None:
    """Write the design with its id and the date beside it; a frozen design is never overwritten."""
    from lwo_analysis.run.designs import freeze_design, read_frozen

    written = freeze_design(path, _day(date))
    frozen = read_frozen(written)
    print(f"{written}: design {frozen.design.id}, frozen on {frozen.date}")


def _standard_jobs(notebooks: list[str] | None, parameters: list[str] | None, lang: str | None, demo: bool) -> list[Job]:
    from lwo_analysis.run.inputs import known_panel
    from lwo_analysis.run.jobs import standard_jobs

    overrides = _names_and_values(parameters or [])
    return standard_jobs(paths.notebooks_folder(), notebooks or [], overrides, lang, demo=demo, panel_of=known_panel)


def _publication(demo: bool) -> Publication:
    from lwo_analysis.run.publishing import Publication

    return Publication(paths.runs_folder(), paths.site_folder(), paths.processed_folder(), demo)


def _run_part(manifest: Path | None, shard: str | None, how: Making, engine: str) -> int:
    """Make one part of a manifest; the other pages of a part are made when one fails."""
    from lwo_analysis.run.launch import make_launcher
    from lwo_analysis.run.manifest import Shard, read_manifest
    from lwo_analysis.run.progress import progress_lines
    from lwo_analysis.run.shards import run_shard

    if manifest is None or shard is None:
        given = "--manifest" if manifest else "--shard"
        raise ParameterError(given, expected="--manifest and --shard", found="one of them", remedy="give both")
    part = Shard.parse(shard)
    planned = read_manifest(manifest, paths.notebooks_folder(), paths.data_folder())
    with make_launcher(engine) as launcher, progress_lines() as progress:
        report = run_shard(planned, part, paths.runs_folder(), replace(how, keep_going=True), launcher, progress)
    return _say_report(report)


def _say_report(report: RunReport) -> int:
    """Print what a run did; return its exit code."""
    print(f"{len(report.made)} pages made, {len(report.kept)} kept, {report.seconds} s: {report.home}")
    return next((error.exit_code for error in report.failed.values()), 0)


def _day(text: str | None) -> dt.date:
    try:
        return dt.date.fromisoformat(text) if text else dt.datetime.now(dt.UTC).date()
    except ValueError as problem:
        raise ParameterError(
            "--date", expected="a day such as 2026-11-20", found=repr(text), remedy="correct the date"
        ) from problem


def _names_and_values(texts: list[str]) -> dict[str, str]:
    pairs = [_name_and_value(text) for text in texts]
    twice = [name for name, _ in pairs if [other for other, _ in pairs].count(name) > 1]
    if twice:
        raise ParameterError("-p", expected="each name once", found=f"{twice[0]} twice", remedy="give one value")
    return dict(pairs)


def _name_and_value(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise ParameterError("-p", expected="NAME=VALUE", found=repr(text), remedy="write it as -p year=2020")
    return name, value


if __name__ == "__main__":
    main()
