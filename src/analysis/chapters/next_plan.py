"""Blocks of the chapter on next year's plan: items ranked by what was counted, waves by what they would find, data by what they would add."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import pandas as pd

from analysis import text
from analysis.blocks import Block, Cell, provenance
from analysis.chapters.delivered import Delivered
from analysis.chapters.rollout_units import RolloutUnits
from analysis.chapters.subject import ParameterRefused
from analysis.delivery import OFFICIALS, is_over
from analysis.estimate.grade import VERBS_VI
from analysis.estimate.inside.power import PowerResult, design_power
from analysis.estimate.inside.waves import propose_waves, with_start_months
from analysis.estimate.refusals import DesignRefused
from analysis.figures import next_plan as charts
from analysis.narrative import next_plan as say
from analysis.narrative.outcomes import Assessment
from analysis.periods import MONTHS_PER_YEAR
from analysis.tables import next_plan as present

BALANCE_ON = ("dossiers_count", "online_pct")
USUAL_WAVES = 3
FEWEST_MONTHS = 12  # of the past: with less, next year's noise cannot be drawn from it
PLAN_KEY = ["plan_number", "plan_section", "plan_stt"]


def items(done: Delivered, assessments: Sequence[Assessment]) -> list[Block]:
    """Each item of the plan with the advice that its facts allow, and what the grades of the outcomes say of them all."""
    known = say.what_is_known(assessments, done.year)
    if done.progress.empty:
        rests_on = provenance(done.activities) if done.plan is None else provenance(done.plan.to_frame().T)
        return [say.no_items(done.year, rests_on), *([known] if known else [])]
    rests_on = provenance(done.progress, done.booked)
    facts = facts_of(done)
    supported = [item for item in assessments if item.verdict.grade in VERBS_VI]
    over = is_over(done.year, done.as_of)
    advised = [(item, say.advice(item, supported, is_over=over)) for _, item in facts.iterrows()]
    advised.sort(key=lambda pair: (say.ORDER.index(pair[1].kind), -int(pair[0]["done_count"]), str(pair[0]["section"]), int(pair[0]["stt"])))
    rows = [_row(item, told) for item, told in advised]
    line = say.in_one_line(Counter(told.kind for _, told in advised), done.year, rests_on)
    return [line, *([known] if known else []), present.items(rows, rests_on)]


def facts_of(done: Delivered) -> pd.DataFrame:
    """The progress of each item with ``public_count`` (its activities not for officials) and ``communes_count`` (communes that did any)."""
    communes = set(done.below.loc[done.below["level"] == "commune", "unit_code"])
    public = done.booked[done.booked["audience"] != OFFICIALS]
    counts = public.groupby(PLAN_KEY, dropna=True).agg(
        public_count=("activity_id", "size"), communes_count=("unit_code", lambda codes: len(set(codes) & communes))
    )
    joined = done.progress.merge(
        counts.reset_index(), left_on=["plan_number", "section", "stt"], right_on=PLAN_KEY, how="left", validate="one_to_one"
    )
    return joined.assign(**{name: joined[name].fillna(0).astype(int) for name in ("public_count", "communes_count")})


def _row(item: pd.Series, told: say.Advice) -> tuple[Cell, ...]:
    kind = text.sentence_case(str(item["activity_type"]))
    return f"{item['section']}.{item['stt']}", kind, int(item["done_count"]), say.ADVICE_VI[told.kind], text.sentence_case(told.reason_vi)


def waves_asked(written: object) -> tuple[int, ...]:
    """``"2 3 4"`` as numbers of waves. Raises ``ParameterRefused``."""
    parts = str(written).split()
    if not parts or not all(part.isdigit() and 2 <= int(part) <= MONTHS_PER_YEAR for part in parts):
        raise ParameterRefused(f'waves: thấy {written!r}; các số đợt từ 2 đến 12 cách nhau bằng dấu cách, ví dụ waves = "2 3 4".')
    return tuple(dict.fromkeys(map(int, parts)))


def waves(units: RolloutUnits, asked: Sequence[int], place: str, year: int, seed: int) -> list[Block]:
    """What 2, 3 … waves over one year would find."""
    if refusal := _refusal(units):
        return [say.no_power(refusal, units.rests_on)]
    found, reasons = {}, []
    for count in asked:
        try:
            found[count] = _power(units, count, seed)
        except DesignRefused as refused:
            reasons.append(str(refused))
    if not found:
        return [say.no_power(reasons[0], units.rests_on)]
    best = min(found, key=lambda count: (found[count].mde is None, found[count].mde or 0.0))
    return [
        say.could_find(found, place, units.rests_on),
        present.waves(found, units.rests_on),
        charts.power_curves(found, units.rests_on),
        say.how_to_draw(best, year, units.rests_on),
    ]


def data(units: RolloutUnits, logging: set[str], vague_share: float, seed: int) -> list[Block]:
    """What of the data would help most, by what it does to the detectable effect; ``logging`` are communes that sent a log of the year.

    ``vague_share``: share of the dose that the log dates only to a quarter.
    """
    if _refusal(units):
        return []
    has_some = len(logging & set(units.units["unit_code"])) >= 4 * USUAL_WAVES
    only = logging if has_some else None
    asked: dict[str, dict[str, object]] = {
        _base_vi(only, vague_share): {},
        "Mọi xã gửi nhật ký nên đều vào danh sách": {"only": None},
        "Ghi ngày bắt đầu đến tháng": {"vague_share": 0.0},
        "Có thêm 12 tháng số liệu trước đợt đầu": {"months_before": 2 * MONTHS_PER_YEAR},
        "Kéo dài thêm một năm: hai đợt cách nhau gấp đôi": {"gap_months": 2 * MONTHS_PER_YEAR // USUAL_WAVES},
    }
    useless = [
        said for said, change in asked.items() if (change == {"only": None} and only is None) or (change == {"vague_share": 0.0} and not vague_share)
    ]
    usual: dict[str, object] = {"only": only, "vague_share": vague_share}
    try:
        rows = [(said, _power(units, USUAL_WAVES, seed, **{**usual, **change})) for said, change in asked.items() if said not in useless]  # type: ignore[arg-type]
    except DesignRefused as refused:
        return [say.no_power(str(refused), units.rests_on)]
    return [present.improvements(rows, units.rests_on)]


def _base_vi(only: set[str] | None, vague_share: float) -> str:
    who = "các xã có nhật ký" if only is not None else "mọi xã"
    vague = f", {text.percent(vague_share, 0)} hoạt động chỉ ghi đến quý" if vague_share else ""
    return f"Như nay: {USUAL_WAVES} đợt trong một năm, {who}{vague}"


def vague_share_of(months: pd.DataFrame, year: int) -> float:
    """Share of the communes' dose of a year that the log dates only to a quarter; 0 without any dose."""
    rows = months[(months["level"] == "commune") & (months["period_month"].str[:4] == str(year))]
    total = float(rows["dose_count"].sum())
    return min(float(rows["spread_count"].sum()) / total, 1.0) if total > 0 else 0.0


def cost(done: Delivered, assessments: Sequence[Assessment], months: pd.DataFrame) -> list[Block]:
    """Cost of one more online dossier, or which of its two parts is missing; ``months`` is the unit-month panel."""
    if done.activities.empty:
        return []
    effect = next((item for item in assessments if item.unit_vi == say.POINTS_VI), None)
    treated = list(effect.estimate.treated) if effect and effect.estimate else []
    public = done.activities[done.activities["audience"] != OFFICIALS]
    public = public[public["unit_code"].isin(treated)] if treated else public
    of_year = months[(months["period_month"].str[:4] == str(done.year)) & months["unit_code"].isin(treated)]
    costs = public["cost_vnd"].dropna()
    total = float(costs.sum()) if len(costs) else None
    rests_on = provenance(done.activities, of_year)
    return [say.cost(total, len(costs), len(public), effect, float(of_year["denominator_count"].sum()), rests_on)]


def known_by(as_of: date, year: int) -> date:
    """The day up to which a plan for the year after ``year`` can look: that of the report, no later than the year's end."""
    return min(as_of, date(year, 12, 31))


def _refusal(units: RolloutUnits) -> str:
    held = units.months["period_month"].nunique()
    if len(units.units) < 2 * USUAL_WAVES or held < FEWEST_MONTHS:
        return f"cần danh sách xã và ít nhất {FEWEST_MONTHS} tháng hồ sơ theo xã; hiện có {len(units.units)} xã, {held} tháng"
    return ""


def _power(
    units: RolloutUnits,
    count: int,
    seed: int,
    *,
    only: set[str] | None = None,
    vague_share: float = 0.0,
    months_before: int = MONTHS_PER_YEAR,
    gap_months: int | None = None,
) -> PowerResult:
    """``count`` waves spread over a year, drawn as ``lantoa waves`` would."""
    held = units.units if only is None else units.units[units.units["unit_code"].isin(only)]
    balance_on = [name for name in BALANCE_ON if held[name].notna().any()]
    lot = propose_waves(held, unit="unit_code", waves=count, seed=seed, stratum="district_code", balance_on=balance_on)
    return design_power(
        units.months,
        unit="unit_code",
        time="period_month",
        outcome="share_pct",
        weights="denominator_count",
        cluster="district_code",
        waves=with_start_months(lot, "2000-01", gap_months or MONTHS_PER_YEAR // count),
        seed=seed,
        months_before=months_before,
        vague_share=vague_share,
    )
