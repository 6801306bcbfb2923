"""Run the notebooks: plain papermill with nbconvert against `lwo run`, per page. Prints a markdown table.

    python benchmarks/runs.py --write        (about 25 minutes on two quiet cores; --quick: about 3, for a look)

It writes `benchmarks/runs.md` only with --write.

The same notebooks with the same parameters, demo panel, in every contender:

a  a shell loop: `papermill IN OUT` and `jupyter nbconvert --to html OUT` for each page, on a sample of the pages
b  the same through the Python interface in a process pool with a worker per processor
c  `lwo run` without anything of earlier runs: execute, guard, render and build the site
d  `lwo run` after an edit of one notebook
e  `lwo run` when nothing has changed

Each contender is a fresh process and its seconds are wall-clock time with the start of Python. Repeats are interleaved; the table
has their medians. A question that the figures cannot answer ends in an error, which plain papermill writes into its notebook and
`lwo run` publishes as the answer; it counts as a page in all of them. The claims in the executed notebooks of b and c are
compared, so that the same work is timed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path
from statistics import median

REPOSITORY = Path(__file__).resolve().parents[1]
COMPARED = "02-comparison"
OTHERS = ("01-baseline", "06-what-can-be-seen", "09-costs-and-benefits")
AREAS = ("lwo", "oud-oost", "bilgaard", "vrijheidswijk", "heechterp-schieringen", "camminghaburen")
PILLARS = ("all", "leren", "werken", "wonen", "gezondheid", "veiligheid")
CLAIMS = "application/vnd.lwo.claims+json"
HEAD = """\
# What a run costs

`python benchmarks/runs.py --write` makes the same pages with plain papermill and nbconvert and with `lwo run`: from nothing,
after an edit of one of the notebooks, and when nothing changed. Seconds are those of the clock, with the start of Python.
"""

OURS = """
import sys
from pathlib import Path
from lwo_analysis import cli, paths
folder = Path(sys.argv[1])
paths.notebooks_folder = lambda: folder
sys.argv = ["lwo", "run", "--jobs", sys.argv[2]]
cli.main()
"""

POOL = """
import json, logging, multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path

def page(order):
    import papermill
    from nbconvert import HTMLExporter
    logging.getLogger("papermill").setLevel(logging.ERROR)
    settings = {"progress_bar": False, "kernel_name": "python3"}
    # A question without an answer ends in an error, which plain papermill writes down like any other.
    with suppress(papermill.exceptions.PapermillExecutionError):
        papermill.execute_notebook(order["in"], order["out"], parameters=order["parameters"], **settings)
    html, _ = HTMLExporter().from_filename(order["out"])
    Path(order["out"]).with_suffix(".html").write_text(html)

if __name__ == "__main__":
    orders = json.loads(Path(sys.argv[1]).read_text())
    with ProcessPoolExecutor(int(sys.argv[2]), mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(page, orders))
"""


def main() -> None:
    """Measure every contender and print the table."""
    asked = _arguments()
    pages, sample, repeats = (6, 1, 1) if asked.quick else (asked.pages, asked.sample, asked.repeats)
    processors = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        orders = write_notebooks(folder, pages)
        seconds = measure(folder, orders, sample, repeats, processors)
        same = same_claims(folder, orders)
    text = table(seconds, len(orders), sample, repeats, processors, same)
    print(text)
    if asked.write:
        Path(__file__).with_suffix(".md").write_text(f"{HEAD}\n{text}\n")


def write_notebooks(folder: Path, pages: int) -> list[dict]:
    """Copy the notebooks with standard runs that make so many pages; return an order for plain papermill for each."""
    runs: list[tuple[str, dict]] = []
    for lang in ("nl", "en"):
        runs += [(name, {"lang": lang}) for name in OTHERS]
        runs += [(COMPARED, {"area": area, "pillar": pillar, "lang": lang}) for pillar, area in product(PILLARS, AREAS)]
    orders = []
    for number, (name, parameters) in enumerate(runs[:: max(1, len(runs) // pages)][:pages]):
        copy_notebook(folder / "notebooks", name, parameters)
        out = folder / "plain" / f"{number}.ipynb"
        demo = {"panel": "demo"} if name == COMPARED else {}
        orders.append({"in": str(folder / "notebooks" / f"{name}.ipynb"), "out": str(out), "parameters": parameters | demo})
    return orders


def copy_notebook(folder: Path, name: str, parameters: dict) -> None:
    """Add a run to a notebook in a folder, copied there when it is the first."""
    (folder / "params").mkdir(parents=True, exist_ok=True)
    runs = folder / "params" / f"{name}.yml"
    if not runs.exists():
        shutil.copy(REPOSITORY / "notebooks" / f"{name}.ipynb", folder)
        settings = (REPOSITORY / "notebooks" / "params" / f"{name}.yml").read_text()
        runs.write_text(settings.partition("\nruns:")[0] + "\nruns:\n")
    runs.write_text(f"{runs.read_text()}  - {json.dumps(parameters)}\n")


def measure(folder: Path, orders: list[dict], sample: int, repeats: int, processors: int) -> dict[str, list[tuple[float, float]]]:
    """Return the wall-clock and the processor seconds of every contender in every repeat."""
    ours = [sys.executable, "-c", OURS, str(folder / "notebooks"), str(processors)]
    (folder / "pool.py").write_text(POOL)
    (folder / "orders.json").write_text(json.dumps(orders))
    pool = [sys.executable, str(folder / "pool.py"), str(folder / "orders.json"), str(processors)]
    contenders: dict[str, Callable[[], object]] = {
        "a": lambda: [shell_loop(order) for order in orders[:sample]],
        "b": lambda: call(pool, folder),
        "c": lambda: call(ours, folder),
        "d": lambda: call(ours, folder),
        "e": lambda: call(ours, folder),
    }
    before = {"b": lambda: fresh(folder / "plain"), "a": lambda: fresh(folder / "plain"), "c": lambda: fresh(folder / "outputs")}
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    for repeat in range(repeats):
        for name, run in contenders.items():
            before.get(name, lambda: None)()
            if name == "d":
                edit(notebook_of_fewest_pages(orders), repeat)
            started, busy = time.perf_counter(), processor_seconds()
            run()
            seconds[name].append((time.perf_counter() - started, processor_seconds() - busy))
    return seconds


def processor_seconds() -> float:
    """Return the processor time of every process that was started here and has ended."""
    used = os.times()
    return used.children_user + used.children_system


def shell_loop(order: dict) -> None:
    """Make one page with the commands of papermill and nbconvert."""
    options = [word for name, value in order["parameters"].items() for word in ("-p", name, str(value))]
    binaries = Path(sys.executable).parent
    papermill = [str(binaries / "papermill"), "--no-progress-bar", order["in"], order["out"], *options]
    subprocess.run(papermill, capture_output=True, check=False)
    if not Path(order["out"]).exists():
        sys.exit(f"{' '.join(papermill)} made no notebook")
    call([str(binaries / "jupyter"), "nbconvert", "--to", "html", order["out"]])


def call(command: list[str], folder: Path | None = None) -> None:
    """Run a command to its end, with outputs in a folder of its own."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)} | ({"LWO_OUTPUTS": str(folder / "outputs")} if folder else {})
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]}: {done.stderr[-2000:]}")


def fresh(folder: Path) -> None:
    """Empty a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def notebook_of_fewest_pages(orders: list[dict]) -> Path:
    """Return the notebook that the fewest of the pages are made with."""
    used = [order["in"] for order in orders]
    return Path(min(used, key=used.count))


def edit(path: Path, repeat: int) -> None:
    """Change the first Markdown cell of a notebook."""
    notebook = json.loads(path.read_text())
    cell = next(
        cell for cell in notebook["cells"] if cell["cell_type"] == "markdown" and "".join(cell["source"]).startswith("## ")
    )
    cell["source"] = [*cell["source"], "\n" * (repeat + 1)]
    path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1))


def same_claims(folder: Path, orders: list[dict]) -> bool:
    """Return whether plain papermill and this package executed the notebooks to the same claims."""
    plain = sorted(claims_of(Path(order["out"])) for order in orders)
    ours = sorted(claims_of(path) for path in (folder / "outputs" / "runs").rglob("executed.ipynb"))
    return plain == ours


def claims_of(path: Path) -> str:
    """Return the claims in an executed notebook."""
    cells = json.loads(path.read_text())["cells"]
    shown = [output.get("data", {}).get(CLAIMS) for cell in cells for output in cell.get("outputs", [])]
    return json.dumps([claims for claims in shown if claims], sort_keys=True)


def table(
    seconds: dict[str, list[tuple[float, float]]], pages: int, sample: int, repeats: int, processors: int, same: bool
) -> str:
    """Return the medians as a markdown table."""
    counts = {"a": sample, "b": pages, "c": pages, "d": pages, "e": pages}
    names = {
        "a": "a papermill and nbconvert, shell loop",
        "b": "b papermill and nbconvert, process pool",
        "c": "c lwo run, from nothing",
        "d": "d lwo run, one notebook edited",
        "e": "e lwo run, nothing changed",
    }
    middle = {name: median(wall for wall, _ in values) for name, values in seconds.items()}
    busy = {name: median(processor for _, processor in values) / counts[name] for name, values in seconds.items()}
    each = {name: middle[name] / counts[name] for name in middle}
    lines = [
        f"| {names[name]} | {counts[name]} | {middle[name]:.2f} | {each[name]:.3f} | {each['a'] / each[name]:.1f} "
        f"| {each['b'] / each[name]:.1f} | {busy[name]:.2f} |"
        for name in middle
    ]
    head = [
        "| contender | pages | seconds | per page | times faster than a | than b | processor seconds per page |",
        "| --- |" + " ---: |" * 6,
    ]
    claims = "the same" if same else "DIFFERENT"
    machine = f"{processors} processors ({processor_name()}), Python {platform.python_version()}"
    load = f"load at the end {os.getloadavg()[0]:.1f}"
    foot = f"Medians of {repeats} interleaved repeats. Claims of b and c: {claims}. {machine}, {load}."
    return "\n".join([*head, *lines, "", foot])


def processor_name() -> str:
    """Return the name of the processor, as Linux tells it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="6 pages, once; for a look")
    parser.add_argument("--write", action="store_true", help="write benchmarks/runs.md")
    parser.add_argument("--pages", type=int, default=60, help="pages of b, c, d and e")
    parser.add_argument("--sample", type=int, default=3, help="pages of a")
    parser.add_argument("--repeats", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
