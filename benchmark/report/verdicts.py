"""The tables of claims: effects, intervals, p and verdicts."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.datasets import Collection
from benchmark.evaluation.overturn import FEWEST_SEEDS, MOST_SEEDS, STABLE
from benchmark.evaluation.significance import ALPHA, POWER
from benchmark.report.claims import Tested
from benchmark.report.tables import (
    P_VALUE,
    PERCENT,
    POINTS,
    TEXT,
    WHOLE,
    Column,
    Format,
    Table,
    percent,
    points,
)
from benchmark.report.testing import BOTH

EFFECT = Format(
    lambda effect: f"{points(effect.mean)} [{points(effect.low)}, {points(effect.high)}]",
    lambda effect: POINTS.number(effect.mean),
)
DETECTABLE = Format(
    lambda pair: f"{percent(pair[0])} ({percent(pair[1])})", lambda pair: PERCENT.number(pair[0])
)
TONES = {
    "reproduced": "good",
    "reproduced in direction": "good",
    "not reproduced": "bad",
    "inconclusive": "unsure",
}
VERDICT = Format(TEXT.text, tone=lambda text: TONES.get(str(text).partition(":")[0]))
PROBABILITY = Format(
    lambda p: "" if p is None else f"{p:.2f}", lambda p: None if p is None else round(p, 2)
)


def verdicts_table(tested: Sequence[Tested], data: Collection, split: str) -> Table:
    """Each claim's verdict alone."""
    rows = [
        {
            "number": number,
            "says": one.claim.says,
            "name": one.claim.name,
            "verdict": one.verdict,
            "reason": one.reason,
            "overturned": one.overturned,
        }
        for number, one in enumerate(tested, 1)
    ]
    return Table(
        title=f"Verdicts on {data.name} ({split})",
        columns=[
            Column("#", "number", WHOLE, first=True),
            Column("Claim", "says", TEXT, first=True),
            Column("Verdict", "verdict", VERDICT, first=True),
            Column("Since", "reason", TEXT),
            Column("Overturned", "overturned", PROBABILITY),
        ],
        rows=rows,
        notes=[_OVERTURNED],
    )


def claims_table(tested: Sequence[Tested], data: Collection, split: str) -> Table:
    """Effect, interval, p and verdict of each claim, with a line for each of several pairs."""
    tests = max(sum(one.verdict != "not tested" for one in tested), 1)
    rows: list[dict[str, object]] = []
    records = []
    for number, one in enumerate(tested, 1):
        claim = one.claim
        questions = f"{claim.questions} questions" if claim.questions else "all questions"
        for place, (first, second) in enumerate(claim.tested):
            found = one.effects[place] if one.effects else None
            control = "control: " if place >= len(claim.pairs) else ""
            row: dict[str, object] = {
                "pair": f"{control}{first.name} against {second.name}",
                "measure": f"{claim.measure}, {questions}",
            }
            if found is not None:
                row |= {"effect": found, "seeds": found.seeds, "p": found.p}
                row |= {"detectable": (found.detectable, found.detectable_among(tests))}
            if place == 0:
                row |= {"number": number, "says": claim.says, "p_holm": dict(one.p_holm)}
                row |= {"verdict": f"{one.verdict}: {one.reason}", "overturned": one.overturned}
            rows.append(row)
        records.append(
            {
                "name": claim.name,
                "says": claim.says,
                "measure": claim.measure,
                "better": claim.better,
                "questions": claim.questions or "all",
                "smallest": claim.smallest,
                "pairs": [
                    {
                        "first": first.name,
                        "second": second.name,
                        "control": place >= len(claim.pairs),
                        **found.record(),
                    }
                    for place, ((first, second), found) in enumerate(
                        zip(claim.tested, one.effects, strict=bool(one.effects))
                    )
                ],
                "p": dict(one.p),
                "p_holm": dict(one.p_holm),
                "verdict": one.verdict,
                "reason": one.reason,
                "overturned": one.overturned,
            }
        )
    return Table(
        title=f"Claims of the paper, tested on {data.name} ({split})",
        columns=[
            Column("#", "number", WHOLE, first=True),
            Column("Claim", "says", TEXT, first=True),
            Column("Pair", "pair", TEXT),
            Column("Measure", "measure", TEXT),
            Column("Effect [95%]", "effect", EFFECT),
            Column("Seeds", "seeds", WHOLE),
            Column("p", "p", P_VALUE),
            Column("Detectable (corrected)", "detectable", DETECTABLE),
            Column("p above 0 (Holm)", ("p_holm", "above zero"), P_VALUE),
            Column("p above smallest (Holm)", ("p_holm", "above smallest"), P_VALUE),
            Column("Verdict", "verdict", VERDICT, first=True),
            Column("Overturned", "overturned", PROBABILITY),
        ],
        rows=rows,
        records=records,
        notes=_notes(tested, tests, data),
    )


_OVERTURNED = (
    "Overturned: the probability that another set of as many training seeds would give another "
    "verdict (parametric bootstrap over the seeds, the questions staying the same); below "
    f"{STABLE} a verdict counts as stable."
)


def _notes(tested: Sequence[Tested], tests: int, data: Collection) -> list[str]:
    seeds = sorted({found.seeds for one in tested for found in one.effects})
    if seeds in ([], [1]):
        method = (
            "One training seed: paired t-test and interval over the questions. What another seed "
            "would give isn't covered: see --seeds."
        )
    else:
        method = f"In pairs with several training seeds, {BOTH}."
    notes = [
        f"{method} Effects in points of 100, positive where they agree with the claim.",
        "Verdicts: reproduced, where every pair's difference is above the smallest effect worth "
        "speaking of (1 point, or 2 of preference); reproduced in direction, where each is above "
        "0; not reproduced, where one is below the smallest effect; else inconclusive. Controls "
        "count as pairs.",
        f"Each statement is a two-sided test at alpha {ALPHA}. One about every pair takes their "
        "largest p, and a pair that points the other way counts as p = 1; one about a single pair "
        f"takes the smallest p times the number of pairs. Holm's correction is over all "
        f"claims tested ({tests}); the intervals shown are without it.",
        f"Detectable: what would be shown to be above 0 with {POWER:.0%} probability where one "
        "claim alone is tested, and in brackets after the correction.",
    ]
    if any(one.overturned is not None for one in tested):
        notes.append(
            f"{_OVERTURNED} `--seeds auto --run` adds seeds to the others, from {FEWEST_SEEDS} up "
            f"to {MOST_SEEDS}."
        )
    if any(one.claim.measure == "Preference@10" for one in tested):
        notes.append(
            "Preference@10: distance of the share of images among the first ten from the judged "
            "share."
        )
    return [*notes, data.notice] if data.notice else notes
