"""The tables of claims: effects, intervals, p-values and verdicts."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.datasets import DEFAULT, Collection
from benchmark.evaluation.overturn import FEWEST_SEEDS, MOST_SEEDS, STABLE
from benchmark.evaluation.significance import ALPHA, POWER
from benchmark.report.claims import Claim, Tested
from benchmark.report.tables import (
    NOT_RUN,
    P_VALUE,
    PERCENT,
    POINTS,
    TEXT,
    UNDEFINED,
    WHOLE,
    Column,
    Format,
    Table,
    percent,
    points,
)
from benchmark.report.testing import BOTH

EFFECT = Format(
    lambda effect: (
        NOT_RUN
        if effect is None
        else f"{points(effect.mean)} [{points(effect.low)}, {points(effect.high)}]"
    ),
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
    lambda p: UNDEFINED if p is None else f"{p:.2f}", lambda p: None if p is None else round(p, 2)
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
            "control": _beside(claim),
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
            Column("Control", "control", TEXT),
            Column("Overturned", "overturned", PROBABILITY),
            Column("Source", "source", TEXT),
        ],
        rows=rows,
        notes=[_CONTROL, _OVERTURNED],
    )


def _source(claim: Claim) -> str:
    """The claim as its authors say it, and where; what is not a quotation is marked so."""
    if not claim.source:
        return "no source given"
    return f"“{claim.quote}”: {claim.source}" if claim.quote else f"paraphrase of {claim.source}"


def claims_table(
    tested: Sequence[Tested], data: Collection, split: str, command: str = ""
) -> Table:
    """Effect, interval, p-value and verdict of each claim; a claim has a row for each pair.

    command: the command that runs missing controls, if it is not ``claims --run`` alone.
    """
    tests = max(sum(one.verdict != "not tested" for one in tested), 1)
    controls = _controls(tested, data, command)
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
            Column("Control", "control", TEXT, first=True),
            Column("Overturned", "overturned", PROBABILITY),
        ],
        rows=[row for number, one in enumerate(tested, 1) for row in _rows(number, one, tests)],
        records=[_record(one) for one in tested],
        notes=_notes(tested, tests, data, controls),
        brief=[_VERDICTS, *controls, *([data.notice] if data.notice else [])],
    )


ROLES = {"claimed": "", "control": "control alone: ", "beyond the control": "beyond the control: "}
"""What a pair shows -> the text before its systems."""


def _beside(result: Tested) -> str:
    """The claimed effect beside those of the controls, or that no control is needed."""
    if not result.claim.controls:
        return "none needed" if result.claim.steps else ""
    if result.lacks_a_control:
        return "no result"
    return "; ".join(
        f"claimed {points(effects.claimed.mean)}, control {points(effects.alone.mean)}, "
        f"beyond it {EFFECT.text(effects.beyond)}"
        for effects in result.controlled
        if effects.claimed and effects.alone
    )


def _rows(number: int, result: Tested, tests: int) -> list[dict[str, object]]:
    """A row for each pair of a claim, and one that says how the steps of its trainings compare."""
    claim = result.claim
    questions = f"{claim.questions} questions" if claim.questions else "all questions"
    rows: list[dict[str, object]] = []
    for line in result.lines:
        (first, second), effect = line.pair, line.effect
        row: dict[str, object] = {
            "pair": f"{ROLES[line.role]}{first.name} against {second.name}",
            "measure": f"{claim.measure}, {questions}",
            "effect": effect,
        }
        if effect is not None:
            row |= {"seeds": effect.seeds, "p": effect.p}
            row |= {"detectable": (effect.detectable, effect.detectable_among(tests))}
        rows.append(row)
    rows[0] |= {
        "number": number,
        "says": claim.says,
        "p_holm": dict(result.p_holm),
        "verdict": f"{result.verdict}: {result.reason}",
        "control": _beside(result),
        "overturned": result.overturned,
    }
    if claim.steps:
        kind = "control" if claim.controls else "no control needed"
        rows.insert(len(claim.pairs), {"pair": f"{kind}: {claim.steps}"})
    return rows


def _record(result: Tested) -> dict[str, object]:
    """A claim as data."""
    claim = result.claim
    return {
        "name": claim.name,
        "says": claim.says,
        "measure": claim.measure,
        "better": claim.better,
        "questions": claim.questions or "all",
        "smallest": claim.smallest,
        "steps": claim.steps,
        "pairs": [
            {
                "first": line.pair[0].name,
                "second": line.pair[1].name,
                "role": line.role,
                **(line.effect.record() if line.effect else {}),
            }
            for line in result.lines
        ],
        "p": dict(result.p),
        "p_holm": dict(result.p_holm),
        "verdict": result.verdict,
        "reason": result.reason,
        "overturned": result.overturned,
    }


_VERDICTS = (
    "Verdicts: reproduced, if the difference of every pair is above the smallest relevant effect "
    "(1 point, or 2 points of preference); reproduced in direction, if each is above 0; not "
    "reproduced, if one is below the smallest relevant effect; else inconclusive. The effect "
    "beyond a control counts as a pair."
)
_CONTROL = (
    "Control: a training of as many optimizer steps that lacks what is claimed. Its own effect is "
    "shown beside the claimed one; the claim has to hold for the effect beyond it as well."
)
_OVERTURNED = (
    "Overturned: the probability that another set of as many training seeds would give another "
    "verdict (parametric bootstrap over the seeds, for the same questions). A verdict counts as "
    f"stable below {STABLE}. A dash means a single seed, or that the claim was not tested."
)


def _controls(tested: Sequence[Tested], data: Collection, command: str) -> list[str]:
    """Notes: what a control is, and how the missing ones are made."""
    notes = [_CONTROL] if any(one.claim.steps or one.claim.controls for one in tested) else []
    if lacking := [str(number) for number, one in enumerate(tested, 1) if one.lacks_a_control]:
        seeds = max(one.seeds for one in tested)
        dataset = "" if data.name == DEFAULT else f" --dataset {data.name}"
        several = f" --seeds {seeds}" if seeds > 1 else ""
        command = command or f"python -m benchmark claims{dataset}{several} --run"
        claims = f"claim{'s' * (len(lacking) > 1)} {', '.join(lacking)}"
        notes.append(f"Controls of {claims} have no result. `{command}` runs them.")
    return notes


def _notes(
    tested: Sequence[Tested], tests: int, data: Collection, controls: Sequence[str]
) -> list[str]:
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
        *controls,
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
