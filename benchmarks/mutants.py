"""Do the tests notice when the numerics are changed? Prints a markdown table and every change that no test noticed.

    pip install cosmic-ray                                    (its operators make the changes; it is not among our dependencies)
    python benchmarks/mutants.py > benchmarks/mutants.md      (about two hours on one core; --sample 40 for a quick look)

In two processes, each in a clone of the repository and with the lines of what became of its mutants, to go on after a stop:

    python benchmarks/mutants.py --copy CLONE1 --recorded tests.json --part 1/2 --lines 1.jsonl     (then 2 of 2, likewise)
    python benchmarks/mutants.py --page 1.jsonl 2.jsonl > benchmarks/mutants.md

A mutant is a copy of the repository with one small change in ``indicators``, ``effects`` or ``disclosure``. The tests run once
on the code as it is, to learn which test executes which line; a mutant is then given the tests that execute its line, quickest
first, until one fails. Every mutant has a process of its own, and a limit of time. The repository itself is never changed: all
of this happens in a copy in a temporary folder.
"""

from __future__ import annotations

import argparse
import ast
import gc
import importlib
import importlib.metadata
import importlib.util
import json
import os
import pkgutil
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parents[1]
MUTATED = ("indicators", "effects", "disclosure")
TESTS = ("tests/indicators", "tests/effects", "tests/disclosure", "tests/reference", "tests/spec", "tests/catalogue")
TESTS += ("tests/cleaning", "tests/present", "tests/contracts/test_indicator_contract.py", "tests/sources/test_partner.py")
TESTS += ("tests/sources/test_partner_files.py", "tests/sources/test_survey_microdata.py")
TESTS += tuple(f"lwo_analysis/{name}" for name in MUTATED)
ON_IMPORT = ("tests/contracts/test_frozen.py", "tests/effects/test_defaults.py", "tests/indicators/test_defaults.py")
TESTS += ON_IMPORT[:1]
SEED, SAMPLE = 20261122, 320
NARROW, WIDE = 8.0, 40.0  # seconds of tests that a mutant gets, and that one gets which survived those
PYTEST = ("--quiet", "--no-header", "--tb=line", "-p", "no:cacheprovider", "--hypothesis-seed=0")
PYTEST += ("-W", "ignore::pytest.PytestAssertRewriteWarning")  # plugins that were imported before pytest started
NO_SIGN = ("parameters", "lambdef", "dictorsetmaker")  # around a `*`, `/` or `**` that calculates nothing
CONTROLS = 20  # files of tests that must pass in a process of the same kind without any change
ARITHMETIC = ("Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow")
LOGIC = ("BitOr", "BitAnd", "BitXor")
ORDER = ("Eq", "NotEq", "Lt", "LtE", "Gt", "GtE")
IDENTITY = ("Is", "IsNot")
WORDS = dict.fromkeys(("AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd"), "truth")
WORDS |= dict.fromkeys(("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ZeroIterationForLoop"), "loop")
WORDS |= {"ExceptionReplacer": "exception", "NumberReplacer": "number", "RemoveDecorator": "decorator"}
READING = """\
- **Operators**: those of cosmic-ray {version}. Arithmetic signs become other arithmetic signs, `|` and `&` each other,
  comparisons other comparisons; numbers go up or down by one; conditions are negated, `and` becomes `or`, loops run over nothing,
  decorators and minus signs go. Left out: arithmetic replaced by bit operations (`a << b` on figures stops at once and would
  flatter the rate), equality replaced by identity (a question of the interpreter), annotations (never evaluated), what is
  no Python (another sign for the `*` between arguments). Texts stay.
- **Sample**: a place (file, position, kind of change) at random, each as likely as any other, then one of the changes possible
  there; {sites:,} places. Those inside error messages are among them, and count as survivors when no test reads them.
- **Killed**: a test fails, or the mutant or a file of tests cannot be imported. **Too slow**: the tests take over a minute more
  than thrice their usual time; counted as noticed. A mutant that survives the tests of its line (up to {narrow:.0f} s of them) is
  given all tests of the files that use its module (up to {wide:.0f} s) before it counts as a survivor. Times are those of the
  processor.
"""


@dataclass(frozen=True)
class Place:
    """Where code can be changed: a span of a file and the kind of change; ``choices`` are (operator, occurrence) pairs."""

    file: str
    start: tuple[int, int]
    stop: tuple[int, int]
    kind: str
    choices: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Outcome:
    """What became of one mutant; ``number`` is its place in the order of drawing, from 0."""

    number: int
    file: str
    line: int
    operator: str
    before: str
    after: str
    result: str
    seconds: float
    tests: int
    killer: str


def kind_of(operator: str) -> str | None:
    """Return the kind of change an operator makes; None when it is left out (see ``READING``)."""
    name, _, rest = operator.partition("_")
    before, _, after = rest.partition("_")
    if name == "ReplaceBinaryOperator":
        return next((f"sign {before}" for group in (ARITHMETIC, LOGIC) if before in group and after in group), None)
    if name == "ReplaceComparisonOperator":
        return next((f"comparison {before}" for group in (ORDER, IDENTITY) if before in group and after in group), None)
    return "minus" if name == "ReplaceUnaryOperator" else WORDS.get(operator)


def places(root: Path) -> list[Place]:
    """Return every place of the mutated packages, in the order of the files."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.operators.provider import OperatorProvider

    provider = OperatorProvider()
    operators = {name: provider[name]() for name in provider if kind_of(name)}
    found = []
    for path in sorted(path for package in MUTATED for path in (root / "lwo_analysis" / package).rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        ignored, nodes = _annotations(ast.parse(source)), list(ast_nodes(get_ast(source)))
        choices: dict[tuple[Any, ...], list[tuple[str, int]]] = defaultdict(list)
        for name, operator in operators.items():
            positions = ((node, position) for node in nodes for position in operator.mutation_positions(node))
            for occurrence, (node, (start, stop)) in enumerate(positions):
                if _calculates(node) and not any(first <= start and stop <= last for first, last in ignored):
                    choices[start, stop, kind_of(name)].append((name, occurrence))
        where = str(path.relative_to(root))
        found += [Place(where, *key, tuple(options)) for key, options in sorted(choices.items())]
    return found


def _calculates(node: Any) -> bool:
    """Return whether a change here can be Python: no `*` that separates arguments, and no `not` before `name := value`."""
    if any(child.type == "namedexpr_test" for child in getattr(node, "children", ())):
        return False
    return node.type != "operator" or node.parent.type not in NO_SIGN


def _annotations(tree: ast.Module) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    notes = [getattr(node, name, None) for node in ast.walk(tree) for name in ("annotation", "returns")]
    return [((n.lineno, n.col_offset), (n.end_lineno or 0, n.end_col_offset or 0)) for n in notes if isinstance(n, ast.AST)]


class Recorder:
    """A plugin of pytest that notes which test executes which line, and how long it takes."""

    def __init__(self, measured: Any) -> None:
        self.measured, self.began, self.seconds = measured, 0.0, {}

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.measured.switch_context(nodeid)
        self.began = time.process_time()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.seconds[nodeid] = time.process_time() - self.began


def record(root: Path) -> dict[str, Any]:
    """Return the seconds of every test, and for every file the tests by line."""
    import coverage
    import pytest

    packages = [f"lwo_analysis.{name}" for name in MUTATED]
    measured = coverage.Coverage(data_file=None, config_file=False, source_pkgs=packages)
    recorder = Recorder(measured)
    measured.start()
    code = pytest.main([*PYTEST, *TESTS], plugins=[recorder])
    measured.stop()
    if code:
        raise SystemExit("mutants: expected tests that pass on the code as it is, found a failure; see above.")
    data = measured.get_data()
    lines = {str(Path(file).relative_to(root)): data.contexts_by_lineno(file) for file in data.measured_files()}
    return {"seconds": recorder.seconds, "lines": lines}


def tests_of(place: Place, recorded: dict[str, Any], root: Path, *, wide: bool) -> list[str]:
    """Return the tests a mutant gets, quickest first: those of its line, or of its module when wide or when it runs on import."""
    lines = {int(line): {name for name in names if name} for line, names in recorded["lines"].get(place.file, {}).items()}
    span = _statement(ast.parse((root / place.file).read_text(encoding="utf-8")), place.start[0])
    found = set().union(*(lines.get(line, set()) for line in span))
    if wide or all(test.startswith(ON_IMPORT) for test in found):
        found = set().union(*lines.values()) | {test for test in recorded["seconds"] if test.startswith(ON_IMPORT)}
    files = {test.partition("::")[0] for test in found}
    seconds = recorded["seconds"]
    if wide:  # what a fixture or a cache ran for one test of a file, it ran for all of them
        found |= {test for test in seconds if test.partition("::")[0] in files}
    chosen, spent = [], 0.0
    for test in sorted(found, key=lambda name: (seconds[name], name)):
        spent += seconds[test]
        if spent > (WIDE if wide else NARROW) and chosen:
            break
        chosen.append(test)
    return chosen


def _statement(tree: ast.Module, line: int) -> range:
    """Return the lines of the smallest statement around a line, without the body of a compound one."""
    around = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and _first(node) <= line <= (node.end_lineno or 0)]
    innermost = max(around, key=_first)
    body = getattr(innermost, "body", None)
    return range(_first(innermost), max(innermost.lineno + 1, body[0].lineno) if body else (innermost.end_lineno or line) + 1)


def _first(node: ast.stmt) -> int:
    return min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])


class Selection:
    """A plugin of pytest that runs the chosen tests in the chosen order, file by file, and notes the first that fails."""

    def __init__(self, tests: list[str], note: Path) -> None:
        self.order = {test: number for number, test in enumerate(tests)}
        self.note = note

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        chosen = sorted((item for item in items if item.nodeid in self.order), key=lambda item: self.order[item.nodeid])
        first: dict[str, int] = {}
        for item in chosen:
            first.setdefault(item.nodeid.partition("::")[0], self.order[item.nodeid])
        items[:] = sorted(chosen, key=lambda item: (first[item.nodeid.partition("::")[0]], self.order[item.nodeid]))

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and not self.note.exists():
            self.note.write_text(report.nodeid, encoding="utf-8")


def run_tests(tests: list[str], limit: float, note: Path) -> tuple[str, str]:
    """Return whether the tests noticed ('killed', 'survived', 'too slow') and which did, from a process of its own."""
    note.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        _run_in_child(tests, limit, note)
    until = time.monotonic() + 100 * limit  # of waiting; its processor time is limited in the process itself
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            result = {0: "survived", -signal.SIGXCPU: "too slow"}.get(code, "killed")
            return result, note.read_text(encoding="utf-8") if note.exists() else ""
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "too slow", ""


def _run_in_child(tests: list[str], limit: float, note: Path) -> None:
    import pytest

    os.setsid()
    resource.setrlimit(resource.RLIMIT_CPU, (int(limit), int(limit) + 1))
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    code: int = 1
    try:
        files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
        code = int(pytest.main([*PYTEST, "--exitfirst", *files], plugins=[Selection(tests, note)]))
    finally:
        os._exit(code)


def examine(number: int, place: Place, choice: tuple[str, int], recorded: dict[str, Any], root: Path) -> Outcome:
    """Return what became of the mutant with one change at a place."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.operators.provider import OperatorProvider

    path = root / place.file
    source = path.read_text(encoding="utf-8")
    mutated = mutate_code(source, OperatorProvider()[choice[0]](), choice[1])
    began, stamp, result, killer = time.monotonic(), path.stat(), "survived", ""
    chosen = [tests_of(place, recorded, root, wide=wide) for wide in (False, True)]
    path.write_text(mutated, encoding="utf-8")
    os.utime(path, (stamp.st_atime, stamp.st_mtime + 1000))  # nothing compiled before is taken for the mutant
    try:
        for tests in chosen:
            if result == "survived" and tests:
                limit = 60 + 3 * sum(recorded["seconds"][test] for test in tests)
                result, killer = run_tests(tests, limit, root / "killer")
    finally:
        path.write_text(source, encoding="utf-8")
        os.utime(path, (stamp.st_atime, stamp.st_mtime))
    line = place.start[0] - 1
    changed = mutated.splitlines()[line] if len(mutated.splitlines()) == len(source.splitlines()) else "(line removed)"
    before = source.splitlines()[line].strip()
    seconds = round(time.monotonic() - began, 1)
    return Outcome(
        number, place.file, line + 1, choice[0], before, changed.strip(), result, seconds, max(map(len, chosen)), killer
    )


def examine_all(found: list[Place], recorded: dict[str, Any], root: Path, options: argparse.Namespace) -> None:
    """Write the outcome of every mutant of this part of the sample to the lines, but of those that are there."""
    rng = random.Random(options.seed)
    drawn = [(place, rng.choice(place.choices)) for place in rng.sample(found, options.sample)]
    lines, (part, parts) = Path(options.lines), map(int, options.part.split("/"))
    if not lines.exists():
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], check=True, capture_output=True, text=True
        ).stdout.strip()
        version = importlib.metadata.version("cosmic-ray")
        sample = {"seed": options.seed, "sample": options.sample, "sites": len(found), "commit": commit, "version": version}
        lines.write_text(json.dumps(sample) + "\n", encoding="utf-8")
    done = read([lines])[1]
    for number in range(part - 1, options.sample, parts):
        if number not in done:
            outcome = examine(number, *drawn[number], recorded, root)
            with lines.open("a", encoding="utf-8") as added:
                added.write(json.dumps(asdict(outcome)) + "\n")


def read(files: list[Path]) -> tuple[dict[str, Any], dict[int, Outcome]]:
    """Return the sample that the lines are about, and what became of its mutants by their number."""
    found = [[json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] for file in files]
    if any(lines[0] != found[0][0] for lines in found):
        raise SystemExit("mutants: expected lines of one sample, found several; give the files of one.")
    results = {line["number"]: Outcome(**line) for lines in found for line in lines[1:]}
    return found[0][0], results


def check_control(recorded: dict[str, Any], root: Path) -> None:
    """Stop when tests fail in the process of a mutant although nothing was changed: every mutant would count as killed."""
    quickest: dict[str, str] = {}
    for test in sorted(recorded["seconds"], key=lambda name: recorded["seconds"][name]):
        quickest.setdefault(test.partition("::")[0], test)
    result, failed = run_tests(list(quickest.values())[:CONTROLS], 300.0, root / "killer")
    if result != "survived":
        raise SystemExit(f"mutants: expected tests that pass on code without a change, found {result} {failed}; try again.")


def preload() -> None:
    """Import every library once, so that the process of a mutant has them; what is ours is forgotten again."""
    package = importlib.import_module("lwo_analysis")
    for module in pkgutil.walk_packages(package.__path__, "lwo_analysis."):
        importlib.import_module(module.name)
    for module in ("hypothesis", "linearmodels.panel", "pyfixest", "diff_diff"):
        if importlib.util.find_spec(module.partition(".")[0]):
            importlib.import_module(module)
    for name in [name for name in sys.modules if name.partition(".")[0] == "lwo_analysis"]:
        del sys.modules[name]


def page(files: list[Path]) -> str:
    """Return the page about the first mutants of the sample: those before the first that did not come to its end."""
    sample, known = read(files)
    results = [known[number] for number in range(next(n for n in range(len(known) + 1) if n not in known))]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in results:
        counts[outcome.file.removeprefix("lwo_analysis/")][outcome.result] += 1
    rows = [f"| {name} | {_cells(count)} |" for name, count in sorted(counts.items())]
    packages = [
        f"| **{package}** | {_cells(sum((count for name, count in counts.items() if name.startswith(package)), Counter()))} |"
        for package in MUTATED
    ]
    total = f"| **all** | {_cells(sum(counts.values(), Counter()))} |"
    head = "| | mutants | killed | too slow | survived | noticed |\n| --- | --- | --- | --- | --- | --- |"
    words = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
    why = {(one["file"], one["after"]): one["why"] for one in words["survivors"]}
    lost = [_survivor(outcome, why) for outcome in results if outcome.result == "survived"]
    ended = "all {sample}" if len(results) == sample["sample"] else f"the first {len(results)} of the {{sample}}"
    made = (ended + " mutants that seed {seed} draws from commit {commit}").format(**sample)
    start = ["# Do the tests notice a change in the numerics?", "", f"Made by `python benchmarks/mutants.py`: {made}.", ""]
    reading = READING.format(**sample, narrow=NARROW, wide=WIDE)
    is_noted = words["notes_of"].items() <= sample.items()
    above = [*start, *(["\n\n".join(words["notes"]), ""] if is_noted else []), reading, head, *packages, total, ""]
    return "\n".join([*above, head, *rows, "", "Survivors:", "", *sorted(lost)])


def _survivor(outcome: Outcome, known: dict[tuple[str, str], str]) -> str:
    """Return a line of the page: what was changed, and why no test notices, as `mutants.yml` says."""
    why = known.get((outcome.file, outcome.after), "not looked at yet.")
    place = f"`{outcome.file.removeprefix('lwo_analysis/')}:{outcome.line}`"
    return f"- {place}: `{outcome.before}` → `{outcome.after}`. {why[0].upper()}{why[1:]}"


def _cells(count: Counter[str]) -> str:
    n_mutants = count.total()
    share = f"{100 * (n_mutants - count['survived']) / n_mutants:.0f} %" if n_mutants else "–"
    return f"{n_mutants} | {count['killed']} | {count['too slow']} | {count['survived']} | {share}"


def copy_of_repository(folder: Path) -> Path:
    """Return a copy of what is committed, beside the shared data when these are there."""
    root = folder / "copy"
    subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(root)], check=True)
    os.environ.setdefault("LWO_SHARED", str(REPOSITORY.parent / "shared" / "data"))
    return root


def run_in_copy(root: Path, options: argparse.Namespace) -> None:
    """Write the lines, from within the copy."""
    os.chdir(root)
    sys.path.insert(0, str(root))
    subprocess.run(["git", "checkout", "--quiet", "--", "lwo_analysis"], check=True)  # what a run that was stopped left behind
    store = Path(options.recorded)
    if not store.exists():
        # in a process of its own, so that the modules it imports are not those of the mutants
        again = [sys.executable, __file__, "--copy", str(root), "--record", str(store)]
        subprocess.run(
            again, check=True, stdout=sys.stderr, env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), *sys.path])}
        )
    recorded = json.loads(store.read_text(encoding="utf-8"))
    found = places(root)
    preload()
    sys.dont_write_bytecode = True  # what was compiled while recording stays; no mutant is kept
    gc.freeze()
    check_control(recorded, root)
    examine_all(found, recorded, root, options)


def main() -> int:
    """Print the page; nothing but a line when cosmic-ray is not installed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=SAMPLE)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--part", default="1/1", help="which part of the sample, as 1/2 and 2/2")
    parser.add_argument("--lines", help="the file where every outcome is added; those that are there are not done again")
    parser.add_argument("--page", nargs="+", help="make the page of these lines")
    parser.add_argument("--recorded", help="which test executes which line; written when it is not there")
    parser.add_argument("--copy", help="a clone of the repository to work in; else one is made and removed")
    parser.add_argument("--record", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.record:
        os.chdir(options.copy)
        Path(options.record).write_text(json.dumps(record(Path(options.copy))), encoding="utf-8")
    elif options.page:
        print(page([Path(file) for file in options.page]))
    elif importlib.util.find_spec("cosmic_ray") is None:
        print("not measured: cosmic-ray is not installed")
    else:
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        with tempfile.TemporaryDirectory() as folder:
            root = Path(options.copy) if options.copy else copy_of_repository(Path(folder))
            options.lines = str(Path(options.lines or Path(folder) / "lines.jsonl").resolve())
            options.recorded = str(Path(options.recorded or Path(folder) / "recorded.json").resolve())
            run_in_copy(root.resolve(), options)
            print(page([Path(options.lines)]) if options.part == "1/1" else options.lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
