"""Change one thing at a time in a room, and see whether a test notices.

    python tools/mutate.py dicomlab/drift tests/drift [--sample 150] [--seed 1] [--out mutants.csv]

Operators: a comparison becomes its neighbour, + and - (* and /, // and %) change places, a number goes up or
down by one, `and` and `or` change places, a `not` goes, a value that is returned becomes None. Tests are
collected once. Each mutant is a fork of this process in which one function has other code; it runs the
tests of its part of the room until one fails, or until its seconds of processor time are over, and then it
has survived. What stands outside of functions is left out. It needs a system that can fork.
"""

from __future__ import annotations

import argparse
import ast
import copy
import csv
import gc
import importlib
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType

import pytest

ROOT = Path(__file__).parents[1]
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mod,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
TESTS = {
    "budget": "mathematics budget detectors",
    "cusum": "mathematics budget detectors notices",
    "level": "detectors find_drift",
    "setting": "detectors find_drift",
    "share": "detectors mix",
    "spread": "detectors spread",
    "missing": "notices",
    "tolerance": "limits",
    "absences": "notices",
    "excursions": "limits",
    "levels": "mathematics find_drift detectors fleet mix",
    "loop": "find_drift mix notices set_aside",
    "onset": "mathematics find_drift",
    "scatter": "mathematics spread",
    "settings": "find_drift mix writing",
    "settling": "mathematics find_drift",
    "shares": "mathematics mix",
    "adjustment": "mathematics fleet find_drift",
    "days": "mathematics budget detectors find_drift",
    "examinations": "find_drift mix",
    "identities": "identities",
    "making": "mathematics find_drift fleet",
    "parameters": "find_drift limits",
    "signal": "hybrid_machines find_drift",
    "strata": "find_drift",
    "usual": "mathematics mix find_drift",
    "values": "find_drift fleet",
    "writing": "mathematics writing",
    "causes": "mathematics causes odd_tables find_drift",
    "changes": "words mathematics find_drift limits writing spread mix",
    "changes_table": "find_drift fleet limits",
    "exact_changes": "words writing identities mix find_drift",
    "making_changes": "find_drift identities mix writing",
    "merging": "mathematics limits find_drift writing",
    "notices": "notices identities",
    "shared": "common",
    "sisters": "mathematics fleet",
    "table_notices": "odd_tables",
    "volume": "mathematics notices",
    "words": "words find_drift limits mix identities spread writing",
    "baselines": "kept",
    "decisions": "kept hybrid_machines",
    "limits": "limits",
    "limit_verdicts": "limits",
    "classic": "classic",
    "retrospect": "retrospect",
    "export": "hybrid_machines",
    "watch": "mathematics find_drift set_aside hybrid_machines common",
    "results": "find_drift memory hybrid_machines limits",
    "engine": "find_drift notices set_aside odd_tables",
    "dates": "dates odd_tables",
    "base": "find_drift odd_tables",
    "card": "find_drift",
}
"""The test files of each file of drift, those that say most first; of other rooms all are run."""


@dataclass(frozen=True)
class Mutant:
    """One change: in which file and function, at which line, by which operator."""

    path: str
    function: str
    line: int
    operator: str
    place: int
    """The number of the node in the tree of the file, as `ast.walk` has them."""
    step: int = 0

    def tree(self) -> ast.Module:
        """The changed file."""
        tree = ast.parse((ROOT / self.path).read_text())
        nodes = list(ast.walk(tree))
        _change(nodes[self.place], self.operator, self.step)
        return ast.fix_missing_locations(tree)


def _change(node: ast.AST, operator: str, step: int) -> None:
    if operator == "comparison" and isinstance(node, ast.Compare):
        node.ops[step] = COMPARISONS[type(node.ops[step])]()
    elif operator == "arithmetic" and isinstance(node, (ast.BinOp, ast.AugAssign)):
        node.op = ARITHMETIC[type(node.op)]()
    elif operator == "constant" and isinstance(node, ast.Constant):
        node.value = node.value + step
    elif operator == "and-or" and isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif operator == "not" and isinstance(node, ast.UnaryOp):
        operand = copy.deepcopy(node.operand)
        node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), operand)
    elif operator == "return" and isinstance(node, ast.Return):
        node.value = ast.Constant(None)


def mutants_of(path: Path, rng: random.Random) -> Iterator[Mutant]:
    """Every change that could be made in a file."""
    tree = ast.parse(path.read_text())
    numbers = {id(node): place for place, node in enumerate(ast.walk(tree))}
    name = path.relative_to(ROOT).as_posix()
    for node, function in _code(tree, "<module>"):
        at = (name, function, getattr(node, "lineno", 0))
        place = numbers[id(node)]
        if isinstance(node, ast.Compare):
            yield from (Mutant(*at, "comparison", place, n) for n in range(len(node.ops)))
        elif isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in ARITHMETIC:
            yield Mutant(*at, "arithmetic", place)
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield Mutant(*at, "constant", place, rng.choice([-1, 1]))
        elif isinstance(node, ast.BoolOp):
            yield Mutant(*at, "and-or", place)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield Mutant(*at, "not", place)
        elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
            yield Mutant(*at, "return", place)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _code(node: ast.AST, function: str) -> Iterator[tuple[ast.AST, str]]:
    """What runs of a tree, with the function that it is in: no annotations and no docstrings."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                is_function = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef))
                inside = child.name if is_function else function
                yield child, inside
                yield from _code(child, inside)


class Mutants:
    """A pytest plugin: in place of the tests that were collected, mutants are judged by them."""

    def __init__(self, sample: list[Mutant], out: Path, seconds: float):
        self.sample, self.out, self.seconds = sample, out, seconds

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge each mutant in a fork; one line per mutant goes to the file."""
        counts: Counter[str] = Counter()
        with self.out.open("w", newline="") as out:
            write = csv.writer(out)
            write.writerow(["verdict", "path", "line", "function", "operator", "step", "by"])
            for number, mutant in enumerate(self.sample, start=1):
                verdict, test = judge(mutant, _tests_of(mutant, session.items), self.seconds)
                counts[verdict] += 1
                row = (mutant.path, mutant.line, mutant.function, mutant.operator, mutant.step, test)
                write.writerow((verdict, *row))
                out.flush()
                print(f"{number}/{len(self.sample)}", verdict, *row, file=sys.__stderr__, flush=True)
        judged = sum(counts.values()) - counts["left out"]
        noticed = judged - counts["survived"]
        print(f"{noticed} of {judged} mutants were noticed: {dict(counts)}", file=sys.__stderr__)
        return True


def _tests_of(mutant: Mutant, items: list[pytest.Item]) -> list[pytest.Item]:
    """The tests for the file of a mutant, in the order of its test files."""
    files = [f"test_{name}.py" for name in TESTS.get(Path(mutant.path).stem, "").split()]
    if not files:
        return items
    return [item for file in files for item in items if item.path.name == file]


class Reports:
    """Whether a test failed."""

    def __init__(self) -> None:
        self.failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure of a test, its set-up or its end."""
        self.failed |= report.failed


def judge(mutant: Mutant, items: list[pytest.Item], seconds: float) -> tuple[str, str]:
    """killed, survived, timeout (which counts as noticed) or left out; and the test that noticed it."""
    source, target = os.pipe()
    child = os.fork()
    if not child:
        os.close(source)
        _judge_in_child(mutant, items, seconds, target)
    os.close(target)
    end = time.monotonic() + 40 * seconds
    status = None
    while status is None and time.monotonic() < end:
        done, code = os.waitpid(child, os.WNOHANG)
        status = os.waitstatus_to_exitcode(code) if done else None
        time.sleep(0.02)
    if status is None:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with os.fdopen(source) as told:
        test = told.read()
    if status is None or status == -signal.SIGXCPU:
        return "timeout", test
    return {0: "survived", 2: "left out"}.get(status, "killed"), test


def _judge_in_child(mutant: Mutant, items: list[pytest.Item], seconds: float, target: int) -> None:
    """Run tests until one fails. A single test may take twice the seconds of processor time."""
    import resource

    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    spent = time.process_time()
    resource.setrlimit(resource.RLIMIT_CPU, (int(3 * seconds + spent) + 1,) * 2)
    if not put_in(mutant):
        os._exit(2)
    reports = Reports()
    items[0].config.pluginmanager.register(reports)
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if reports.failed:
            os.write(target, item.nodeid.encode())
            os._exit(1)
        if time.process_time() - spent > seconds:
            break
    os._exit(0)


def put_in(mutant: Mutant) -> bool:
    """Give a function the code that the mutant has; whether there is such a function."""
    path = str(ROOT / mutant.path)
    original = compile(ast.parse(Path(path).read_text()), path, "exec")
    changed = {_name(code): code for code in _codes(compile(mutant.tree(), path, "exec"))}
    before = {_name(code): code for code in _codes(original)}
    other = {name for name, code in changed.items() if code != before.get(name)}
    functions = [
        f for f in gc.get_objects() if isinstance(f, FunctionType) and f.__code__.co_filename == path
    ]
    done = False
    for function in functions:
        name = _name(function.__code__)
        if name in other and len(changed[name].co_freevars) == len(function.__code__.co_freevars):
            function.__code__ = changed[name]
            done = True
    return done


def _name(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The code of every function in a code."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def main() -> None:
    """Sample, collect, judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("room")
    parser.add_argument("tests", nargs="+")
    parser.add_argument("--sample", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--marked", default="not slow and not real_files")
    parser.add_argument("--seconds", type=float, default=6.0, help="of processor time for each mutant")
    parser.add_argument("--out", type=Path, default=Path("mutants.csv"))
    parser.add_argument("--skip", type=int, default=0, help="so many of the sample, which were judged before")
    parser.add_argument("--again", type=Path, help="an earlier --out: judge those that survived then")
    settings = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    rng = random.Random(settings.seed)
    files = sorted((ROOT / settings.room).rglob("*.py"))
    every = [m for path in files for m in mutants_of(path, rng) if m.function != "<module>"]
    for path in files:
        importlib.import_module(path.relative_to(ROOT).as_posix().removesuffix(".py").replace("/", "."))
    sample = rng.sample(every, min(settings.sample, len(every)))[settings.skip :]
    if settings.again is not None:
        with settings.again.open(newline="") as earlier:
            rows = [row["verdict"] for row in csv.DictReader(earlier)]
        sample = [mutant for mutant, verdict in zip(sample, rows, strict=False) if verdict == "survived"]
    plugin = Mutants(sample, settings.out, settings.seconds)
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", settings.marked]
    pytest.main([*options, *settings.tests], plugins=[plugin])


if __name__ == "__main__":
    main()
