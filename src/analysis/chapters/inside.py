"""Blocks of the chapter on evidence inside the province: who can be compared, what could be seen, what was seen, how often that is right."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.blocks import Block, Provenance
from analysis.chapters.inside_asked import DECIMALS, UNIT_VI, InsideData, JudgedInside, inside_data, judged_inside
from analysis.chapters.subject import Subject
from analysis.estimate.evidence import may_print_p
from analysis.estimate.grade import grade
from analysis.estimate.inside.questions import DISTRICT, MONTH, UNIT, FirstCampaigns, RepeatedDoses
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate
from analysis.figures import inside as charts
from analysis.narrative import inside as say
from analysis.narrative.outcomes import Assessment
from analysis.simulate.planted import is_of_this_draw, planted_effect
from analysis.store import Tables
from analysis.tables import inside as present

__all__ = ["Inside", "inside_of", "one_question", "opening", "revealed"]

NAME_VI = "tỷ lệ nộp hồ sơ trực tuyến giữa các xã"
NEEDED_VI = "Bảng hồ sơ theo tháng và nhật ký hoạt động của cấp xã, cùng những tháng ấy"
UPTAKE_SOURCE, SEED_WORDS = "synthetic-uptake", "hạt giống "


@dataclass(frozen=True)
class Inside:
    """The panel inside the province, and the evidence on the questions put to it."""

    data: InsideData
    judged: tuple[JudgedInside, ...]

    def assessments(self) -> list[Assessment]:
        """For the common table of outcomes; one of grade D with the reason where nothing could be asked."""
        if self.data.refusal_vi is not None:
            verdict = grade(None, self.data.refusal_vi)
            return [Assessment(NAME_VI, verdict, NEEDED_VI, UNIT_VI, "các xã", "các xã khác", self.data.rests_on, decimals=DECIMALS)]
        return [item.assessment() for item in self.judged]

    @property
    def estimated(self) -> list[tuple[JudgedInside, EffectEstimate]]:
        """Questions whose design was not refused, with their estimates."""
        return [(item, item.evidence.estimate) for item in self.judged if item.evidence.estimate is not None]


def inside_of(tables: Tables, subject: Subject, province: str, year: int, *, grade_only: bool = False) -> Inside:
    """Everything on the evidence inside a province up to the end of a year; with ``grade_only`` what the grades need."""
    data = inside_data(tables, subject, province, year)
    return Inside(data, tuple(judged_inside(data, grade_only=grade_only)))


def opening(found: Inside, year: int) -> list[Block]:
    """The answer, who is compared with whom, what could be seen of each question, and all of them in one table."""
    data, rests_on = found.data, found.data.rests_on
    if data.refusal_vi is not None:
        return [say.nothing_asked(data.refusal_vi, rests_on)]
    measured = data.rows[data.rows["share_pct"].notna()]
    months = (str(measured[MONTH].min()), str(measured[MONTH].max()))
    declared = data.standing
    blocks: list[Block] = [
        say.answer(found.assessments(), year, rests_on),
        say.how_to_read(measured[UNIT].nunique(), months, rests_on),
        say.dose_levels(tuple(level.sentence_vi for level in data.levels), rests_on),
        *([say.dose_levels((data.assignment.sentence_vi,), rests_on)] if data.assignment else []),
        say.declared(declared.label_vi, declared.reason_vi, data.sha256, rests_on),
    ]
    smallest = data.declared.smallest_effect if data.declared else None
    blocks += [
        say.detectable(item.question_id, item.assessment(), estimate, smallest if item.is_primary else None) for item, estimate in found.estimated
    ]
    return [*blocks, *_together(found, rests_on)]


def _together(found: Inside, rests_on: Provenance) -> list[Block]:
    if not found.estimated:
        return []
    rows = [
        (item.name_vi, item.data.standing.label_vi if item.is_primary else "thăm dò", estimate, item.evidence.verdict.grade)
        for item, estimate in found.estimated
    ]
    clouds = [(item.name_vi, estimate) for item, estimate in found.estimated]
    return [present.overview(rows, rests_on), charts.placebo_plans(clouds, rests_on), present.p_values(clouds, rests_on)]


def one_question(item: JudgedInside) -> list[Block]:
    """Everything on one question; nothing but its row in the opening where the design was refused."""
    estimate, rests_on = item.evidence.estimate, item.data.rests_on
    if estimate is None:
        return []
    assessment, with_interval = item.assessment(), may_print_p(estimate.calibration)
    is_repeated = isinstance(item.found.question, RepeatedDoses)
    draw = charts.after_a_dose if is_repeated else charts.event_time
    blocks: list[Block] = [say.seen(item.question_id, assessment, estimate)]
    if item.found.recovery is not None and estimate.calibration is not None:
        blocks.append(say.stamp(assessment, item.found.recovery, estimate.calibration, by_district=estimate.clustered_by == DISTRICT))
    blocks += [] if is_repeated else [say.began(item.data.campaigns["status"].value_counts().to_dict(), item.data.log_begins, rests_on)]
    if is_repeated and item.data.notes_vi:
        blocks.append(say.left_out(item.data.notes_vi, rests_on))
    if estimate.notes_vi and is_repeated:
        blocks.append(say.set_apart(estimate.notes_vi, rests_on))
    if item.found.steps is not None:
        blocks.append(charts.dose_steps(item.name_vi, item.found.steps, rests_on))
    blocks.append(draw(item.name_vi, estimate, rests_on, with_interval=with_interval))
    if estimate.checks:
        blocks.append(present.checks(item.question_id, item.name_vi, estimate.checks, rests_on))
    if item.evidence.companions:
        blocks.append(present.companions(item.question_id, item.name_vi, estimate, item.evidence.companions, rests_on))
    if item.found.curve is not None:
        blocks.append(charts.other_ways(item.question_id, item.name_vi, item.found.curve, rests_on))
    return blocks


def revealed(found: Inside, tables: Tables) -> list[Block]:
    """For synthetic figures: the planted truth beside each estimate; nothing for real ones."""
    data = found.data
    if data.refusal_vi is not None or not data.rests_on.is_synthetic or not found.estimated:
        return []
    seed = _seed(tables.sources)
    of_all = None if seed is None else planted_effect(tables.units, tables.activities, seed=seed)
    held = data.rows[data.rows["denominator_count"].notna()]
    if of_all is None or not is_of_this_draw(of_all, held[[UNIT, MONTH, "numerator_count", "denominator_count"]]):
        return [say.planted_unknown(data.rests_on)]
    rests_on = data.rests_on
    found_of = [(item, estimate, _truth(item, of_all)) for item, estimate in found.estimated]
    told = [(item.name_vi, _mean_planted(item, of_all), truth, estimate) for item, estimate, truth in found_of if truth is not None]
    return [present.planted(told, rests_on)] if told else []


def _mean_planted(item: JudgedInside, of_all: pd.DataFrame) -> float | None:
    """Mean planted effect from each commune's start on, over the months of the estimate, weighted by dossiers; None for repeated doses."""
    question = item.found.question
    if not isinstance(question, FirstCampaigns):
        return None
    held = item.data.rows.merge(of_all[[UNIT, MONTH, "planted_pct"]], on=[UNIT, MONTH], how="left", validate="one_to_one")
    begun = pd.PeriodIndex(held[UNIT].map(question.first).astype("string").fillna("9999-12"), freq="M")
    since = pd.PeriodIndex(held[MONTH].astype(str), freq="M").asi8 - begun.asi8
    opening = held.loc[held["share_pct"].notna(), MONTH].min()
    inside = held[(since >= 0) & (since <= question.horizon) & held["planted_pct"].notna() & (held[UNIT].map(question.first) > opening)]
    return float(np.average(inside["planted_pct"].astype(float), weights=inside["denominator_count"].astype(float))) if len(inside) else None


def _seed(sources: pd.DataFrame) -> int | None:
    """The seed that the register names for the synthetic counts."""
    of_uptake = sources[sources["source_id"] == UPTAKE_SOURCE]
    said = str(of_uptake["edition"].iloc[0]) if len(of_uptake) else ""
    number = said.removeprefix(SEED_WORDS)
    return int(number) if said.startswith(SEED_WORDS) and number.isdigit() else None


def _truth(item: JudgedInside, of_all: pd.DataFrame) -> float | None:
    """What the same design finds in the planted effect alone, without any noise: the answer it is held against."""
    rows = item.data.rows.merge(of_all[[UNIT, MONTH, "planted_pct"]], on=[UNIT, MONTH], how="left", validate="one_to_one")
    if not (rows["planted_pct"].fillna(0.0) != 0.0).any():
        return 0.0
    question = item.found.question.on(rows.assign(planted_pct=rows["planted_pct"].where(rows["share_pct"].notna())), outcome="planted_pct")
    try:
        cells = question.cells()
        return question.refit(cells)(cells, np.arange(len(cells.units))).estimate
    except DesignRefused:
        return None
