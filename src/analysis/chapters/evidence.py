"""Blocks of the chapter on evidence among provinces: detectable effect first, then the estimate, its checks and its limits."""

from collections.abc import Sequence

from analysis.blocks import Block, Provenance, provenance
from analysis.chapters.asked import Judged, judged
from analysis.chapters.subject import Subject
from analysis.comparable import CONSTANT_WEIGHT, RAW
from analysis.estimate.evidence import Evidence, may_print_p
from analysis.figures import evidence as charts
from analysis.indices import comparable_eras
from analysis.narrative import evidence as say
from analysis.narrative import outcomes as say_outcomes
from analysis.store import Tables
from analysis.tables import evidence as present
from analysis.units import INDEX_VINTAGE, short_name

__all__ = ["judged", "one_outcome", "opening", "with_estimate"]

SYNTHETIC_CONTROL = "demeaned_synthetic_control"


def opening(found: Sequence[Judged], tables: Tables, subject: Subject, year: int) -> list[Block]:
    """The answer over all outcomes, how to read it, what was declared, and the table of all."""
    if not found:
        return [say_outcomes.not_applicable(year, provenance(tables.plans))]
    rests_on = _all(found)
    blocks: list[Block] = [
        say.found_beyond_chance([(item.assessment(), item.evidence) for item in found], subject.place, year, rests_on),
        say.how_to_read(subject.place, rests_on),
    ]
    blocks += _declared(found, found[0].asked.sha256, rests_on)
    if held := with_estimate(found):
        rows = [_summary_row(item) for item in held]
        cloud = [(item.asked.name_vi, item.evidence) for item in held]
        blocks.append(say.detectable_all([item.assessment() for item in held], _all(held)))
        blocks += [
            present.overview(rows, _all(held)),
            present.summary(rows, _all(held)),
            charts.placebo_cloud(cloud, subject.place, _names(tables), _all(held)),
        ]
    refused = [item for item in found if item.evidence.estimate is None]
    if refused:
        blocks.append(present.refused(tuple(item.assessment().row() for item in refused), _all(refused)))
    return blocks


def _summary_row(item: Judged) -> tuple[str, str, str, Evidence, int]:
    assessment = item.assessment()
    return item.asked.name_vi, assessment.unit_vi, item.asked.standing.label_vi, item.evidence, assessment.decimals


def _declared(found: Sequence[Judged], sha256: str | None, rests_on: Provenance) -> list[Block]:
    """One sentence a reason, the outcomes that share it together."""
    told = [item for item in found if item.asked.declared is not None or item.evidence.estimate is not None]
    reasons = dict.fromkeys((item.asked.standing.label_vi, item.asked.standing.reason_vi) for item in told)
    return [
        say.declared([item.asked.name_vi for item in told if item.asked.standing.reason_vi == why], label, why, sha256, rests_on)
        for label, why in reasons
    ]


def with_estimate(found: Sequence[Judged]) -> list[Judged]:
    """The outcomes whose design was not refused."""
    return [item for item in found if item.evidence.estimate is not None]


def _all(found: Sequence[Judged]) -> Provenance:
    total = provenance()
    for item in found:
        total |= item.asked.rests_on
    return total


def _names(tables: Tables) -> dict[str, str]:
    units = tables.units
    provinces = units[(units["level"] == "province") & (units["vintage"] == INDEX_VINTAGE)]
    return {str(code): short_name(str(name)) for code, name in zip(provinces["unit_code"], provinces["name_vi"], strict=True)}


def one_outcome(item: Judged, tables: Tables) -> list[Block]:
    """Everything on one outcome; nothing but its row in the summary where the design was refused."""
    asked, evidence, assessment = item.asked, item.evidence, item.assessment()
    estimate = evidence.estimate
    if estimate is None:
        return []
    rests_on = asked.rests_on
    joined_by = CONSTANT_WEIGHT if asked.panel.footing == CONSTANT_WEIGHT else RAW  # a line never joins what raw scores may not
    key = f"{asked.index} {asked.component}, {joined_by}"
    eras = comparable_eras(tables.index_components, tables.index_editions, asked.index, asked.component, joined_by)
    smallest = asked.declared.smallest_effect if asked.declared else None
    blocks: list[Block] = [
        *[say.note(asked.name_vi, note, rests_on) for note in asked.panel.notes_vi],
        say.detectable(assessment, estimate, smallest),
        say.seen(assessment, evidence),
        charts.path(
            asked.outcome_id,
            asked.name_vi,
            estimate,
            {int(year): str(era) for year, era in eras.items()},
            key,
            item.place,
            assessment.unit_vi,
            rests_on,
            with_interval=may_print_p(estimate.calibration),
        ),
        present.checks(asked.outcome_id, asked.name_vi, estimate.checks, rests_on),
        present.companions(asked.outcome_id, asked.name_vi, estimate, evidence.companions, assessment.decimals, rests_on),
    ]
    blocks += [
        present.donor_weights(asked.outcome_id, asked.name_vi, companion.donor_weights, _names(tables), rests_on)
        for companion in evidence.companions
        if companion.method == SYNTHETIC_CONTROL and companion.donor_weights is not None
    ]
    if evidence.curve is not None:
        is_ranked = may_print_p(evidence.rank_calibration)
        blocks.append(charts.specification_curve(asked.outcome_id, asked.name_vi, evidence.curve, rests_on, with_p=is_ranked))
    return blocks
