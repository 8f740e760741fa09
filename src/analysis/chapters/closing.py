"""Blocks of the closing chapters: what to do next year, and how good the data are."""

import pandas as pd

from analysis import delivery, tables
from analysis.blocks import Block, Finding, Sentence, provenance
from analysis.chapters.delivered import Delivered
from analysis.chapters.standing import history_provenance
from analysis.narrative import quality as say
from analysis.store import Tables


def next_year(data: Tables, done: Delivered, histories: dict[str, pd.DataFrame]) -> list[Block]:
    """What to write down so that next year's report can answer more, each from a count of this year; items and waves have a chapter of their own."""
    plan, progress, activities, silent = done.plan, done.progress, done.activities, done.silent
    has_items, has_log, over = len(progress) > 0, len(activities) > 0, delivery.is_over(done.year, done.as_of)
    lessons: list[Sentence | None] = [
        say.nothing_loaded(data.plans) if plan is None and not has_log else None,
        say.urge(silent, done.below, activities, is_over=over) if has_log and len(silent) else None,
        say.state_numbers(progress) if has_items else None,
        say.record_reach(delivery.unrecorded_reach(activities), activities) if has_log else None,
        say.missing_indices(histories, done.year, provenance(data.index_editions)),
    ]
    return [lesson for lesson in lessons if lesson is not None]


def first_step(plans: pd.DataFrame, done: Delivered) -> Finding | Sentence:
    """The most urgent thing to do, for the leaders' page."""
    if done.activities.empty:
        return say.nothing_loaded(plans)
    progress = done.progress if len(done.progress) else None
    over = delivery.is_over(done.year, done.as_of)
    return say.first_step(progress, done.silent, done.activities, has_plan=done.plan is not None, is_over=over)


def quality(data: Tables, histories: dict[str, pd.DataFrame]) -> list[Block]:
    """Sources, what is invented, what was not used, where index figures came from, and which editions are missing."""
    register = data.sources
    gaps = tables.index_gaps(histories, history_provenance(histories.values(), data.index_editions))
    return [
        say.synthetic_share(tables.in_force(register)),
        say.rows_account(tables.in_force(register)),
        tables.sources(register),
        *_index_figures(data, register, histories),
        *([gaps] if gaps.rows else []),
        tables.set_aside(data.set_aside),
    ]


def _index_figures(data: Tables, register: pd.DataFrame, histories: dict[str, pd.DataFrame]) -> list[Block]:
    """Where the figures of the indices came from, where sources disagree, and what stays open; nothing of editions not out by the report."""
    out = pd.concat([history.loc[history["status"] != "not_yet", ["index", "edition_year"]] for history in histories.values()])
    scores, disputed = (frame.merge(out, on=["index", "edition_year"], how="inner") for frame in (data.index_scores, data.index_conflicts))
    trust = data.index_trust
    if scores.empty:
        return []
    said = [say.disagreement(disputed, scores, trust), say.shared_ranks(data.build_notices, scores)]
    return [
        tables.edition_origins(scores, register),
        *[sentence for sentence in said if sentence is not None],
        *([tables.conflicts(disputed, register, trust, data.index_components, data.units)] if len(disputed) else []),
        *say.expired_corrections(data.build_notices, data.corrections),
    ]
