"""How well drift is found: false alarms, detections and dates, beside the charts that people use.

    python benchmarks/drift.py [WORLD ...] [--fleets 10] [--seed 1000] [--peers] [--budgets 0.2 1 2]

Worlds are standard, hard, adversarial, foreign and small (hospital.py says what they are like). The fleets of
a report have seeds from --seed on; nothing was tuned on those of 1000 and more. With --peers
the charts of charts.py judge the same fleets, as they come and made as strict as we are. With --budgets
fleets in which nothing is planted are judged with each budget of false alarms instead. README.md says
what the columns are.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from hospital import WORLDS, Fleet, World, make_fleet, quiet
from machine import as_table, describe
from oracle import bounds
from score import LEVELS, NUMERIC, SETTINGS, Found, Score, day_of, score, wilson

WATCHED = {"levels": LEVELS, "settings": SETTINGS, "numeric": NUMERIC}
"""What is scored: numeric is levels and settings that are numbers, as the goals count."""


def judge(fleet: Fleet, **settings: Any) -> Found:
    """What dicomlab says of a fleet."""
    from dicomlab.drift.engine import find_drift

    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        drift = find_drift(fleet.series, **settings)
    seconds = time.process_time() - start
    alarms = drift.alarms.assign(day=day_of(drift.alarms["date"]))
    changes = drift.changes
    claims = _claims(drift.causes)
    told = changes.assign(
        day=day_of(changes["onset"]),
        low=day_of(changes["onset_low"]),
        high=day_of(changes["onset_high"]),
        claim=[claims.get(name, "") for name in changes["change_id"]],
    )
    return Found(alarms[["device", "parameter", "day"]], told, seconds)


def _claims(causes: pd.DataFrame) -> dict[str, str]:
    """What each change is said to coincide with; a possible cause is no claim."""
    from dicomlab.drift.findings.causes import RARE

    sure = causes[causes["coincidence"] < RARE]
    return dict(zip(sure["change_id"][::-1], sure["kind"][::-1], strict=True))


@dataclass
class Run:
    """Scores of some fleets by what was watched, and what the best chart would find of the levels."""

    scores: dict[str, Score]
    best: pd.DataFrame


def ours(world: World, seeds: Iterable[int]) -> Run:
    """Simulate, judge and score some fleets."""
    scores = {name: Score() for name in WATCHED}
    best = []
    for seed in seeds:
        fleet = make_fleet(world, seed)
        found = judge(fleet)
        for name, kinds in WATCHED.items():
            scores[name] += score(fleet, found, kinds)
        best.append(bounds(fleet, world))
    return Run(scores, pd.concat(best))


HEAD = [
    *("", "false alarms / machine-year", "found", "95 %", "chance", "skill", "delay (days)"),
    *("within 7 days", "after mix shifts", "alarm days / machine-year"),
]


def row(name: str, result: Score) -> list[str]:
    """One line of the table."""
    events = result.of()
    hits, n = (int(events["found"].sum()), len(events)) if len(events) else (0, 0)
    low, high = result.false_interval(np.random.default_rng(1))
    share = hits / n if n else float("nan")
    skill = (share - result.chance) / (1 - result.chance) if result.chance < 1 else float("nan")
    reach = wilson(hits, n)
    dated = events["off"].dropna() if n else pd.Series([], dtype=float)
    within = f"{(dated.abs() <= 7).mean():.2f}" if len(dated) else ""
    return [
        name,
        f"{result.false_rate:.2f} ({low:.2f} to {high:.2f})",
        f"{share:.2f} ({hits}/{n})",
        f"{reach[0]:.2f} to {reach[1]:.2f}",
        f"{result.chance:.3f}",
        f"{skill:+.2f}",
        f"{events['delay'].median():.1f}" if hits else "",
        within,
        f"{result.after_shifts / max(result.shifts, 1):.3f}",
        f"{result.alarm_days / max(result.years, 1e-9):.1f}",
    ]


def by_kind(events: pd.DataFrame, best: pd.DataFrame) -> str:
    """How each kind of planted change fared with us, and would with the best chart."""
    rows = []
    for (kind, size), part in events.groupby(["kind", events["size"].abs()]):
        dated = part["off"].dropna().abs()
        bound = best[(best["kind"] == kind) & (best["size"].abs() == size)]
        rows.append(
            [
                str(kind),
                f"{size:g}",
                f"{int(part['found'].sum())}/{len(part)}",
                f"{part['delay'].median():.0f}",
                f"{dated.median():.1f}" if len(dated) else "",
                f"{part['inside'].dropna().astype(float).mean():.2f}" if len(dated) else "",
                f"{bound['found'].mean():.2f}" if len(bound) else "",
                f"{bound['delay'].median():.0f}" if len(bound) else "",
            ]
        )
    head = ["planted", "size", "found", "delay", "days off", "in the interval", "at best", "delay at best"]
    return as_table(head, rows)


def attribution(events: pd.DataFrame) -> str:
    """Whether what a change is said to coincide with is what it came with."""
    events = events[events["off"].notna() & ~events["kind"].isin(["ramp"])]
    claimed = events[events["claim"].fillna("").isin(["software", "calibration"])]
    right = int((claimed["claim"] == claimed["cause"]).sum())
    caused = events[events["cause"] != ""]
    named = int((caused["claim"] == caused["cause"]).sum())
    rows = [
        ["precision", *_share(right, len(claimed))],
        ["recall", *_share(named, len(caused))],
    ]
    return as_table(["attribution", "share", "95 %"], rows)


def _share(k: int, n: int) -> tuple[str, str]:
    low, high = wilson(k, n)
    return f"{k / max(n, 1):.2f} ({k}/{n})", f"{low:.2f} to {high:.2f}"


def report(world: World, seeds: range, *, peers: bool, tuning: range) -> str:
    """Every table of one world."""
    run = ours(world, seeds)
    levels, settings = run.scores["levels"], run.scores["settings"]
    nothing = [score_quiet(world, seed) for seed in seeds[: max(2, len(seeds) // 4)]]
    rows = [row(f"dicomlab, {name}", result) for name, result in run.scores.items()]
    rows += [
        row("dicomlab, levels, nothing planted", sum((a for a, _ in nothing), Score())),
        row("dicomlab, settings, nothing planted", sum((b for _, b in nothing), Score())),
    ]
    if peers:
        from charts import compare

        rows += [row(name, result) for name, result in compare(world, seeds, tuning, levels)]
    events = pd.concat([r.of() for r in (levels, settings) if r.events])
    streams = levels.streams + settings.streams
    title = f"## {world.name}: {len(seeds)} fleets, {levels.years:.0f} machine-years"
    found, delay = run.best["found"].mean(), run.best["delay"].median()
    bound = f"The best chart would find {found:.2f} of the levels, after {delay:.1f} days"
    speed = f"dicomlab: {levels.seconds:.0f} s of processor time for {streams:,} streams (machine, parameter)"
    tables = [as_table(HEAD, rows), by_kind(events, run.best), attribution(events)]
    return "\n\n".join([title, *tables, bound, speed])


def score_quiet(world: World, seed: int, **settings: Any) -> tuple[Score, Score]:
    """Scores of a fleet in which nothing is planted."""
    fleet = make_fleet(quiet(world), 50_000 + seed)
    found = judge(fleet, **settings)
    return score(fleet, found, LEVELS), score(fleet, found, SETTINGS)


def calibration(world: World, seeds: range, budgets: Sequence[float]) -> str:
    """How many false alarms come where so many were allowed, and nothing was planted."""
    rows = []
    for budget in budgets:
        scores = [score_quiet(world, seed, budget=budget) for seed in seeds]
        both = [sum((pair[n] for pair in scores), Score()) for n in (0, 1)]
        low, high = both[0].false_interval(np.random.default_rng(1))
        rate = f"{both[0].false_rate:.2f} ({low:.2f} to {high:.2f})"
        rows.append([f"{budget:g}", rate, f"{both[1].false_rate:.2f}", f"{both[0].false_rate / budget:.2f}"])
    head = ["budget", "levels: false alarms / machine-year", "settings", "levels \u00f7 budget"]
    return f"## {world.name}: {len(seeds)} fleets, nothing planted\n\n{as_table(head, rows)}"


def _settings() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("worlds", nargs="*", default=list(WORLDS), help="which of " + ", ".join(WORLDS))
    parser.add_argument("--fleets", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--machines", type=int, help="of each fleet, only the first so many")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--budgets", type=float, nargs="+", help="false alarms a machine-year to allow")
    parser.add_argument("--tuning", type=int, default=3, help="fleets on which the charts of peers are tuned")
    return parser.parse_args()


def main() -> None:
    """Simulate, judge, print."""
    settings = _settings()
    print(describe())
    for name in settings.worlds:
        seeds = range(settings.seed, settings.seed + settings.fleets)
        print()
        world = replace(WORLDS[name], machines=settings.machines)
        if settings.budgets:
            print(calibration(world, seeds, settings.budgets), flush=True)
            continue
        print(report(world, seeds, peers=settings.peers, tuning=range(settings.tuning)), flush=True)


if __name__ == "__main__":
    main()
