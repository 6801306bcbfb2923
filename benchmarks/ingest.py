"""Fetch and parse the key figures of 2020 from a local server: this package against cbsodata 1.3.5. Prints a markdown table.

    python benchmarks/ingest.py > benchmarks/ingest.md        (about 2 minutes; needs ../shared/data or LWO_SHARED)

Every measurement is a fresh process. Seconds run from the first request until the figures are in memory; the processor time that
the server spent on making its answers is subtracted. Memory is the peak of the process minus what it held before the first
request. The peer gets a virtual environment of its own (``--peer-python`` to use one that exists); it is measured both up to the
list of dictionaries it returns and up to the DataFrame that list becomes. With ``typed=False``, cbsodata 1.3.5 returns the
*typed* rows. Ours also checks the table, asks count and version again, and leaves the pages on disk.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
YEARS = range(2013, 2026)
TABLE = "84799NED"

PREAMBLE = """
import json, sys, tempfile, time, urllib.request
from pathlib import Path
address = sys.argv[1]
def held(what="VmRSS"):
    return int(next(line for line in open("/proc/self/status") if line.startswith(what)).split()[1]) / 1024
def busy():
    return json.load(urllib.request.urlopen(address + "/busy"))
def report(rows, check, first):
    seconds = time.perf_counter() - started - (busy() - busy_before)
    peak = held("VmHWM")  # not ru_maxrss, which a process inherits from the one that started it
    processor = time.process_time() - processor_before
    memory = {"peak": peak, "above": peak - first}
    print(json.dumps({"seconds": seconds, "processor": processor, "rows": rows, "check": check} | memory))
"""

PEER = """
import cbsodata, pandas as pd
cbsodata.options.catalog_url = address.removeprefix("http://")
cbsodata.options.use_https = False
before, busy_before, processor_before, started = held(), busy(), time.process_time(), time.perf_counter()
rows = cbsodata.get_data("84799NED")
if sys.argv[2] == "frame":
    rows = pd.DataFrame(rows)
    total = int(rows["AantalInwoners_5"].sum())
else:
    total = sum(row["AantalInwoners_5"] for row in rows)
report(len(rows), total, before)
"""

OURS = """
import httpcore  # httpx loads it at its first request
from lwo_analysis.sources.statline import *
keys = {name: KeySpec(**spec) for name, spec in json.loads(sys.argv[3]).items()}
settings = FetchSettings(v3=address + "/ODataFeed/odata", v4=address + "/odata/v1")
folder = Path(tempfile.mkdtemp(dir=sys.argv[4]))
before, busy_before, processor_before, started = held(), busy(), time.process_time(), time.perf_counter()
if sys.argv[2] == "years":
    requests = [TableRequest(f"{year}NED", folder / f"{year}NED", select=tuple(keys.values())) for year in range(2013, 2026)]
    for outcome in fetch_tables(requests, settings=settings):
        assert isinstance(outcome, FetchReport), outcome
    import pandas as pd
    frames = [tidy_rows(read_table_folder(request.destination), keys) for request in requests]
    rows = pd.concat(frames, ignore_index=True)
    rows.to_parquet(folder / "observations.parquet")
    total = int(rows.loc[rows["measure"].eq("residents"), "value"].sum())
else:
    select = tuple(keys.values()) if sys.argv[2] == "catalogued" else None
    rows = load_table(TableRequest("84799NED", folder / "t", select=select), settings=settings)[1].rows
    total = int(rows["AantalInwoners_5"].sum())
report(len(rows), total, before)
"""


def main() -> None:
    """Measure every contender in turn, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", help="python with cbsodata 1.3.5 and pandas")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve()
        return
    with tempfile.TemporaryDirectory() as scratch, served() as address:
        peer = options.peer_python or peer_environment(Path(scratch) / "peer")
        keys = catalogued_keys()
        contenders = {
            "cbsodata 1.3.5, list of dictionaries": (peer, PEER, "list"),
            "cbsodata 1.3.5, DataFrame": (peer, PEER, "frame"),
            "lwo_analysis, all columns": (sys.executable, OURS, "whole"),
            f"lwo_analysis, {len(keys)} catalogued columns": (sys.executable, OURS, "catalogued"),
        }
        runs: dict[str, list[dict[str, Any]]] = {name: [] for name in contenders}
        for _ in range(options.repetitions):
            for name, (python, program, mode) in contenders.items():
                runs[name].append(measured(python, program, address, mode, keys, scratch))
        years = measured(sys.executable, OURS, address, "years", keys, scratch)
    print_table(runs, years)


def catalogued_keys() -> dict[str, dict[str, Any]]:
    """Return the catalogued measures of the key figures, as far as the table of 2020 has them."""
    from lwo_analysis.catalogue.indicators import measures
    from lwo_analysis.errors import InputError
    from lwo_analysis.sources.statline import read_table_folder, resolve_key

    described, keys = read_table_folder(table_folder()).properties, {}
    for each in (measure for measure in measures().values() if measure.table == "kwb"):
        spec = {"stem": each.stem, "group": (each.group,) if each.group else None, "unit": each.unit}
        try:
            resolve_key(described, **spec)
        except InputError:
            continue
        keys[each.id] = spec
    return keys


def table_folder() -> Path:
    """Return the folder of the delivered table of 2020."""
    return Path(os.environ.get("LWO_SHARED", REPOSITORY.parent / "shared" / "data")) / "cbs" / "84799NED-2020"


def measured(python: str, program: str, address: str, mode: str, keys: dict[str, Any], scratch: str) -> dict[str, Any]:
    """Run one contender in a fresh process and return what it reports."""
    command = [python, "-c", PREAMBLE + program, address, mode, json.dumps(keys), scratch]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY)
    if run.returncode:
        raise SystemExit(run.stderr)
    return dict(json.loads(run.stdout))


def print_table(runs: dict[str, list[dict[str, Any]]], years: dict[str, Any]) -> None:
    """Print the least of the runs, and ratios to the peer that returns a DataFrame."""
    if len({(run["rows"], run["check"]) for each in runs.values() for run in each}) != 1:
        raise SystemExit("the contenders do not agree on rows or residents")
    least = {name: {key: min(run[key] for run in each) for key in each[0]} for name, each in runs.items()}
    peer = least["cbsodata 1.3.5, DataFrame"]
    print("# Reading a StatLine table, beside cbsodata\n")
    print("Made by `python benchmarks/ingest.py`. Seconds and memory for one table of all wijken and buurten.\n")
    print("| contender | seconds | times faster | processor seconds | MB above start | share of peer | MB in all |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, row in least.items():
        time = f"{row['seconds']:.2f} | {peer['seconds'] / row['seconds']:.1f} | {row['processor']:.2f}"
        print(f"| {name} | {time} | {row['above']:.0f} | {row['above'] / peer['above']:.0%} | {row['peak']:.0f} |")
    print(
        f"\nThirteen tables (the one of 2020 served as 2013-2025) into {years['rows']:,} tidy rows on disk: "
        f"{years['seconds']:.1f} s, peak {years['peak']:.0f} MB."
    )
    times = len(next(iter(runs.values())))
    print(f"\nLeast of {times} runs each: other work on the machine only adds. {os.cpu_count()} processor cores.")


def peer_environment(folder: Path) -> str:
    """Make a virtual environment with the peer and return its python."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = str(folder / "bin" / "python")
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "cbsodata==1.3.5", "pandas"], check=True, stderr=subprocess.DEVNULL
    )
    return python


@contextmanager
def served() -> Any:
    """Run the server in a process of its own and yield its address."""
    process = subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)
    try:
        yield process.stdout.readline().strip() if process.stdout else ""
    finally:
        process.terminate()
        process.wait()


def serve() -> None:
    """Serve the table of 2020 under its own id and under thirteen years, with its answers made beforehand."""
    sys.path.insert(0, str(REPOSITORY))
    import threading
    import urllib.request

    from tests.support.statline_server import serving
    from tests.support.statline_tables import real_table

    table = real_table(table_folder())
    years = [
        replace(table, table_id=f"{year}NED", info=table.info | {"Identifier": f"{year}NED", "Period": str(year)})
        for year in YEARS
    ]
    with serving(table, *years) as server:
        for skip in (0, 10_000):
            urllib.request.urlopen(f"{server.v3}/{TABLE}/TypedDataSet?$skip={skip}").read()
        print(f"http://127.0.0.1:{server.port}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
