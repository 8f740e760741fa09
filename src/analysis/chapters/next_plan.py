"""Blocks of the chapter on next year's plan: items ranked by what was counted, waves by what they would find, data by what they would add."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import hypot

import pandas as pd

from analysis import text
from analysis.blocks import Block, Cell, provenance
from analysis.chapters.delivered import Delivered
from analysis.chapters.rollout_units import RolloutUnits, no_units, now_in, rollout_units
from analysis.chapters.subject import ParameterRefused
from analysis.delivery import OFFICIALS, is_over
from analysis.estimate.inside.power import FEWEST_MONTHS, PowerResult, design_power
from analysis.estimate.inside.waves import MIN_CLUSTERS_A_WAVE, propose_waves, with_start_months
from analysis.estimate.refusals import DesignRefused
from analysis.figures import next_plan as charts
from analysis.narrative import next_plan as say
from analysis.narrative.outcomes import Assessment
from analysis.periods import MONTHS_PER_YEAR
from analysis.store import Tables
from analysis.tables import next_plan as present
from analysis.units import CrosswalkRefused

BALANCE_ON = ("dossiers_count", "online_pct")
USUAL_WAVES = 3
FIRST_MONTH = 3  # of a plan's year: the plan is out and handed on by then
ALIKE_ERRORS = 2.0  # standard errors of the simulation within which two numbers of waves are called alike
PLAN_KEY = ["plan_number", "plan_section", "plan_stt"]


@dataclass(frozen=True)
class Foreseen:
    """What each number of waves over a year would find: ``as_is`` in the communes ``only`` that sent a log, ``if_all`` in every one.

    ``as_is`` is empty where too few sent one, both where nothing can be computed, for the reason ``refusal_vi``.
    """

    units: RolloutUnits
    only: frozenset[str]
    vague_share: float
    seed: int
    as_is: Mapping[int, PowerResult]
    if_all: Mapping[int, PowerResult]
    refusal_vi: str = ""

    @property
    def headed(self) -> Mapping[int, PowerResult]:
        """The results to speak of first: those of the communes as they are, where there are any."""
        return self.as_is or self.if_all

    @property
    def alike(self) -> tuple[int, ...]:
        """Numbers of waves that find as small a change as the best, as far as the simulation can tell."""
        return alike(self.headed)

    @property
    def chosen(self) -> int:
        """The number of waves to speak of: the usual one among those alike, else the fewest of them."""
        return USUAL_WAVES if USUAL_WAVES in self.alike else min(self.alike)


def alike(found: Mapping[int, PowerResult]) -> tuple[int, ...]:
    """Numbers of waves whose detectable change is within ``ALIKE_ERRORS`` standard errors of the smallest; all where none is known."""
    known = {count: (power.mde, power.mde_error or 0.0) for count, power in sorted(found.items()) if power.mde is not None}
    if not known:
        return tuple(sorted(found))
    best, error = min(known.values())
    return tuple(count for count, (mde, own) in known.items() if mde - best <= ALIKE_ERRORS * hypot(own, error))


def items(done: Delivered, assessments: Sequence[Assessment], plans: pd.DataFrame) -> list[Block]:
    """Each item of the plan with the advice that its facts allow, and what the grades of the outcomes say of them all.

    ``plans`` is the catalogue of plans, which a year without items rests on.
    """
    known = say.what_is_known(assessments, done.year)
    if done.progress.empty:
        rests_on = provenance(plans if done.plan is None else done.plan.to_frame().T)
        return [say.no_items(done.year, rests_on), *([known] if known else [])]
    rests_on = provenance(done.progress, done.booked)
    facts = facts_of(done)
    over = is_over(done.year, done.as_of)
    advised = [(item, say.advice(item, assessments, is_over=over)) for _, item in facts.iterrows()]
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


def units_of(tables: Tables, province: str, year: int, as_of: date) -> RolloutUnits:
    """The communes in the list of the year after ``year``, none where that list does not name them, with what was known by the year's end."""
    try:
        return rollout_units(tables, province, f"{year + 1}-{FIRST_MONTH:02d}", known_by(as_of, year))
    except CrosswalkRefused:
        return no_units(tables, province)


def foresee(units: RolloutUnits, asked: Sequence[int], logging: set[str], links: pd.DataFrame, vague_share: float, seed: int) -> Foreseen:
    """What 2, 3 … waves over one year would find; ``logging`` are communes that sent a log of the year, ``links`` those of the lists of units.

    ``vague_share``: share of the dose that the log dates only to a quarter.
    """
    only = frozenset(now_in(units, logging, links))
    if refusal := _refusal(units):
        return Foreseen(units, only, vague_share, seed, {}, {}, refusal)
    if_all, reasons = _powers(units, asked, seed, None, vague_share)
    if not if_all:
        return Foreseen(units, only, vague_share, seed, {}, {}, reasons[0])
    if len(only) == len(units.units):
        return Foreseen(units, only, vague_share, seed, if_all, {})
    has_enough = len(only) >= 2 * MIN_CLUSTERS_A_WAVE * USUAL_WAVES
    as_is, _ = _powers(units, asked, seed, only, vague_share) if has_enough else ({}, [])
    return Foreseen(units, only, vague_share, seed, as_is, if_all)


def waves(found: Foreseen, place: str, year: int, as_of: date) -> list[Block]:
    """What each number of waves would find, the communes as they are first, and the command that draws the list."""
    rests_on = found.units.rests_on
    if found.refusal_vi:
        return [say.no_power(found.refusal_vi, rests_on)]
    return [
        say.could_find(found.as_is, found.if_all, found.chosen, found.alike, place, len(found.only), rests_on),
        present.waves(found.as_is, found.if_all, rests_on),
        charts.power_curves(found.headed, rests_on, is_as_is=bool(found.as_is)),
        say.how_to_draw(found.chosen, open_month(year, as_of), rests_on),
    ]


def open_month(year: int, as_of: date) -> str | None:
    """The first month (YYYY-MM) of the year after ``year`` in which a first wave could still start on ``as_of``; None where there is none."""
    planned, coming = pd.Period(f"{year + 1}-{FIRST_MONTH:02d}", freq="M"), pd.Period(as_of, freq="M") + 1
    first = max(planned, coming)
    return str(first) if first.year == planned.year else None


def data(found: Foreseen) -> list[Block]:
    """What of the data would help most, by what it does to the detectable change of the number of waves spoken of."""
    if found.refusal_vi:
        return []
    count, only = found.chosen, found.only if found.as_is else None
    asked: dict[str, dict[str, object]] = {
        "Có thêm 12 tháng số liệu trước đợt đầu": {"months_before": 2 * MONTHS_PER_YEAR},
        "Kéo dài thêm một năm: hai đợt cách nhau gấp đôi": {"gap_months": 2 * MONTHS_PER_YEAR // count},
    }
    if found.vague_share:
        asked["Ghi ngày bắt đầu đến tháng"] = {"vague_share": 0.0}
    usual: dict[str, object] = {"only": only, "vague_share": found.vague_share}
    try:
        rows = [(said, _power(found.units, count, found.seed, **{**usual, **change})) for said, change in asked.items()]  # type: ignore[arg-type]
    except DesignRefused as refused:
        return [say.no_power(str(refused), found.units.rests_on)]
    if found.as_is and count in found.if_all:
        rows.insert(0, ("Mọi xã gửi nhật ký nên đều vào danh sách", found.if_all[count]))
    return [present.improvements((_base_vi(found), found.headed[count]), rows, found.units.rests_on)]


def _base_vi(found: Foreseen) -> str:
    who = "Như nay: các xã có nhật ký" if found.as_is else "Mọi xã gửi nhật ký"
    vague = f", {text.percent(found.vague_share, 0)} hoạt động chỉ ghi đến quý" if found.vague_share else ""
    return f"{who}, {found.chosen} đợt trong một năm{vague}"


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
    dossiers = float(of_year["denominator_count"].sum())
    return [say.cost(total, len(costs), len(public), effect, dossiers, rests_on, is_of_compared=bool(treated))]


def known_by(as_of: date, year: int) -> date:
    """The day up to which a plan for the year after ``year`` can look: that of the report, no later than the year's end."""
    return min(as_of, date(year, 12, 31))


def _refusal(units: RolloutUnits) -> str:
    held = units.months["period_month"].nunique()
    if len(units.units) >= 2 * USUAL_WAVES and held >= FEWEST_MONTHS:
        return ""
    return (
        f"cần danh sách xã và ít nhất {FEWEST_MONTHS} tháng hồ sơ theo xã, ít hơn thì mức tính ra lạc quan hơn thực tế; "
        f"hiện có {len(units.units)} xã, {held} tháng"
    )


def _powers(
    units: RolloutUnits, asked: Sequence[int], seed: int, only: frozenset[str] | None, vague_share: float
) -> tuple[dict[int, PowerResult], list[str]]:
    """What each number of waves would find, and why others cannot be drawn."""
    found, reasons = {}, []
    for count in asked:
        try:
            found[count] = _power(units, count, seed, only=only, vague_share=vague_share)
        except DesignRefused as refused:
            reasons.append(str(refused))
    return found, reasons


def _power(
    units: RolloutUnits,
    count: int,
    seed: int,
    *,
    only: frozenset[str] | None = None,
    vague_share: float = 0.0,
    months_before: int = MONTHS_PER_YEAR,
    gap_months: int | None = None,
) -> PowerResult:
    """``count`` waves spread over a year, drawn as ``lantoa waves`` would."""
    held = units.units if only is None else units.units[units.units["unit_code"].isin(only)]
    balance_on = [name for name in BALANCE_ON if held[name].notna().any()]
    lot = propose_waves(held, unit="unit_code", waves=count, seed=seed, stratum="district_vi", balance_on=balance_on)
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
