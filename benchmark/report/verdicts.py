"""The tables of claims: effects, intervals, p-values and verdicts."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.datasets import Collection
from benchmark.evaluation.overturn import FEWEST_SEEDS, MOST_SEEDS, STABLE
from benchmark.evaluation.significance import ALPHA, POWER
from benchmark.report.claims import Claim, Tested
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
    """The verdict on each claim, without the effects."""
    rows = [
        {
            "number": number,
            "says": claim.claim.says,
            "source": _source(claim.claim),
            "name": claim.claim.name,
            "verdict": claim.verdict,
            "reason": claim.reason,
            "overturned": claim.overturned,
        }
        for number, claim in enumerate(tested, 1)
    ]
    return Table(
        title=f"Verdicts on {data.name} ({split})",
        columns=[
            Column("#", "number", WHOLE, first=True),
            Column("Claim", "says", TEXT, first=True),
            Column("Verdict", "verdict", VERDICT, first=True),
            Column("Reason", "reason", TEXT),
            Column("Overturned", "overturned", PROBABILITY),
            Column("Source", "source", TEXT),
        ],
        rows=rows,
        notes=[_OVERTURNED],
    )


def _source(claim: Claim) -> str:
    """The claim as its authors say it, and where; what is not a quotation is marked so."""
    if not claim.source:
        return "no source given"
    return f"“{claim.quote}”: {claim.source}" if claim.quote else f"paraphrase of {claim.source}"


def claims_table(tested: Sequence[Tested], data: Collection, split: str) -> Table:
    """Effect, interval, p-value and verdict of each claim; a claim has a row for each pair."""
    tests = max(sum(one.verdict != "not tested" for one in tested), 1)
    rows: list[dict[str, object]] = []
    records = []
    for number, result in enumerate(tested, 1):
        claim = result.claim
        questions = f"{claim.questions} questions" if claim.questions else "all questions"
        for place, (first, second) in enumerate(claim.tested):
            effect = result.effects[place] if result.effects else None
            control = "control: " if place >= len(claim.pairs) else ""
            row: dict[str, object] = {
                "pair": f"{control}{first.name} against {second.name}",
                "measure": f"{claim.measure}, {questions}",
            }
            if effect is not None:
                row |= {"effect": effect, "seeds": effect.seeds, "p": effect.p}
                row |= {"detectable": (effect.detectable, effect.detectable_among(tests))}
            if place == 0:
                row |= {"number": number, "says": claim.says, "p_holm": dict(result.p_holm)}
                row |= {
                    "verdict": f"{result.verdict}: {result.reason}",
                    "overturned": result.overturned,
                }
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
                        **effect.record(),
                    }
                    for place, ((first, second), effect) in enumerate(
                        zip(claim.tested, result.effects, strict=bool(result.effects))
                    )
                ],
                "p": dict(result.p),
                "p_holm": dict(result.p_holm),
                "verdict": result.verdict,
                "reason": result.reason,
                "overturned": result.overturned,
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
        brief=[_VERDICTS, *([data.notice] if data.notice else [])],
    )


_VERDICTS = (
    "Verdicts: reproduced, if the difference of every pair is above the smallest relevant effect "
    "(1 point, or 2 points of preference); reproduced in direction, if each is above 0; not "
    "reproduced, if one is below the smallest relevant effect; else inconclusive. Controls count "
    "as pairs."
)
_OVERTURNED = (
    "Overturned: the probability that another set of as many training seeds would give another "
    "verdict (parametric bootstrap over the seeds, for the same questions). A verdict counts as "
    f"stable below {STABLE}."
)


def _notes(tested: Sequence[Tested], tests: int, data: Collection) -> list[str]:
    seeds = sorted({effect.seeds for claim in tested for effect in claim.effects})
    if seeds in ([], [1]):
        method = (
            "One training seed: paired t-test and interval over the questions. They do not include "
            "the variance between training seeds: see --seeds."
        )
    else:
        method = f"In pairs with several training seeds, {BOTH}."
    notes = [
        f"{method} Effects in points of 100, positive if they agree with the claim.",
        _VERDICTS,
        f"Each statement is a two-sided test at alpha {ALPHA}. A statement about every pair has "
        "the largest p of the pairs, where a pair in the opposite direction counts as p = 1; a "
        "statement about one pair has the smallest p times the number of pairs. Holm's correction "
        f"is over all claims tested ({tests}); the intervals shown are without correction.",
        f"Detectable: the difference that would be shown to be above 0 with {POWER:.0%} "
        "probability if only one claim is tested, and in brackets after the correction.",
    ]
    if any(one.overturned is not None for one in tested):
        notes.append(
            f"{_OVERTURNED} For the others, `--seeds auto --run` adds seeds, from {FEWEST_SEEDS} "
            f"up to {MOST_SEEDS}."
        )
    if any(one.claim.measure == "Preference@10" for one in tested):
        notes.append(
            "Preference@10: distance between the share of images among the first ten documents and "
            "among the relevant documents."
        )
    return [*notes, data.notice] if data.notice else notes
