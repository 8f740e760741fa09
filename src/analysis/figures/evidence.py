"""Charts of the evidence among provinces: the estimate in its placebo cloud, the path beside its comparison, the specification curve."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import text
from analysis.blocks import Chart, Mark, Provenance, Series, numbers
from analysis.estimate.curve import SpecificationCurve
from analysis.estimate.evidence import ALL_DONORS_VI, WITHOUT_SUSPECTS_VI, Evidence
from analysis.estimate.grade import MIN_ONE_SIGN_SHARE
from analysis.estimate.matrix import Matrix
from analysis.estimate.methods import METHODS
from analysis.estimate.result import EffectEstimate

MAX_YEARS_TOLD = 3
STANDARD_UNIT_VI = "lần độ lệch chuẩn của các kế hoạch giả định"


def placebo_cloud(found: Sequence[tuple[str, Evidence]], place: str, names: dict[str, str], rests_on: Provenance) -> Chart:
    """Each outcome's estimate among those of the other provinces, each given the plan in turn, in standard deviations of these."""
    held = [(name, item.estimate) for name, item in found if item.estimate is not None and item.estimate.placebos is not None]
    spreads = {name: float(estimate.placebos.std(ddof=1)) for name, estimate in held if estimate.placebos is not None}
    own = Series(place, tuple(name for name, _ in held), tuple(estimate.estimate / spreads[name] for name, estimate in held))
    edges = [(name, sign * (estimate.mde or 0.0) / spreads[name]) for name, estimate in held for sign in (-1, 1)]
    reach = Series("mức nhận ra được", tuple(name for name, _ in edges), tuple(value for _, value in edges))
    cloud = [(name, str(code), value / spreads[name]) for name, estimate in held for code, value in _placebos(estimate).items()]
    others = Series(
        "tỉnh khác, coi như có kế hoạch",
        tuple(name for name, _, _ in cloud),
        tuple(float(value) for _, _, value in cloud),
        labels=tuple(names.get(code, code) for _, code, _ in cloud),
    )
    beyond = [name for name, estimate in held if estimate.mde is not None and abs(estimate.estimate) > estimate.mde]
    told = f"vượt ở {text.enumerate_vi(beyond)}" if beyond else "không kết quả nào vượt mức nhận ra được"
    return Chart(
        "placebo-cloud",
        f"{place} giữa các tỉnh: {told}",
        "Chênh lệch so với mức trước đó, của tỉnh và của từng tỉnh khác khi coi như có kế hoạch cùng năm",
        "dots",
        "category",
        "",
        STANDARD_UNIT_VI,
        (own, reach, others),
        rests_on,
        alt_vi=f"{place} so với các tỉnh: " + "; ".join(f"{name} {text.signed(value or 0.0, 1)}" for name, value in zip(own.x, own.y, strict=True)),
        decimals=1,
        notes_vi=("Dấu của tỉnh nằm giữa đám dấu nhỏ nghĩa là các tỉnh khác, dù không có kế hoạch này, cũng hay có chênh lệch như vậy.",),
    )


def _placebos(estimate: EffectEstimate) -> pd.Series:
    return estimate.placebos if estimate.placebos is not None else pd.Series(dtype=float)


def path(
    outcome_id: str,
    name: str,
    estimate: EffectEstimate,
    eras: dict[int, str],
    era_key: str,
    place: str,
    unit_vi: str,
    rests_on: Provenance,
    *,
    with_interval: bool,
) -> Chart:
    """The province and what its own past and the other provinces' course say of the same years; from ``by_period``.

    ``with_interval`` where the house rule lets an interval be printed; ``eras`` are the registered eras of ``era_key`` by year.
    """
    rows = estimate.by_period if estimate.by_period is not None else pd.DataFrame()
    years = tuple(int(year) for year in rows["period"])
    segments = tuple(eras[year] for year in years)
    half = (rows["ci_high"] - rows["effect"]).to_numpy()
    expected = rows["counterfactual"].to_numpy()
    is_after = rows["is_after"].to_numpy(dtype=bool)
    low, high = _bounds(expected, half, is_after) if with_interval else ((), ())
    first = int(rows.loc[is_after, "period"].min())
    return Chart(
        f"path-{outcome_id}",
        f"{name}: {_path_told(rows[is_after])}",
        f"{place}; mức chờ đợi: mức trước đó của tỉnh cộng thay đổi chung của các tỉnh khác"
        + ("; thanh đứng: khoảng 95 % từng năm" if with_interval else ""),
        "line",
        "year",
        "năm đánh giá",
        unit_vi,
        (
            Series(place, years, numbers(rows["observed"]), segments=segments, index=era_key),
            Series(
                "mức chờ đợi",
                years,
                numbers(rows["counterfactual"]),
                segments=segments,
                index=era_key,
                low=low,
                high=high,
            ),
        ),
        rests_on,
        alt_vi=f"{name}, {years[0]} đến {years[-1]}: {place} so với mức chờ đợi, "
        + "; ".join(f"{row.period}: {text.signed(row.effect, 2)}" for row in rows[is_after].itertuples()),
        decimals=2,
        marks=(Mark(first - 0.5, f"từ {first}"),),
    )


def _path_told(after: pd.DataFrame) -> str:
    """``2019 trên mức chờ đợi 0,92; 2020 dưới mức chờ đợi 0,65``."""
    sides = [
        f"{row.period} {'trên' if row.effect > 0 else 'dưới'} mức chờ đợi {text.number(abs(row.effect), 2)}"
        for row in after.sort_values("period").itertuples()
    ]
    return "; ".join(sides[:MAX_YEARS_TOLD])


def _bounds(expected: Matrix, half: Matrix, is_after: NDArray[np.bool_]) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    """The interval around the expected level in the years after; none before, where nothing is asked."""
    low, high = (np.where(is_after, expected + sign * half, np.nan) for sign in (-1, 1))
    return numbers(pd.Series(low)), numbers(pd.Series(high))


def specification_curve(outcome_id: str, name: str, curve: SpecificationCurve, rests_on: Provenance, *, with_p: bool) -> Chart:
    """Every way to ask the question, a row an estimator and footing, in standard deviations of its own placebos.

    ``with_p`` where the house rule lets a placebo rank be printed, of which the joint p is one.
    """
    labelled = curve.points.assign(row=[f"{METHODS[point.estimator].name_vi}; {point.footing}" for point in curve.points.itertuples()])
    order = list(dict.fromkeys(labelled.sort_values(["estimator", "footing"])["row"]))
    labelled = labelled.sort_values(["row", "start"], key=lambda column: column.map(order.index) if column.name == "row" else column)
    pools = [pool for pool in (ALL_DONORS_VI, WITHOUT_SUSPECTS_VI) if (labelled["donors"] == pool).any()]
    series = tuple(_pool(pool, labelled[labelled["donors"] == pool]) for pool in pools)
    joint = "" if curve.joint_p is None or not with_p else f", p chung {text.number(curve.joint_p, 2)}"
    return Chart(
        f"curve-{outcome_id}",
        f"{name}: {_curve_told(curve)}{joint}",
        "Mỗi dấu là một cách tính: thang đo, năm bắt đầu, cách ước lượng và các tỉnh đem so",
        "dots",
        "category",
        "",
        STANDARD_UNIT_VI,
        series,
        rests_on,
        alt_vi=f"{name}: {len(labelled)} cách tính, trung vị {text.signed(curve.median, 1)} lần độ lệch chuẩn",
        decimals=1,
    )


def _curve_told(curve: SpecificationCurve) -> str:
    share = text.percent(curve.one_sign_share, 0)
    if curve.one_sign_share >= MIN_ONE_SIGN_SHARE:
        return f"{share} trong {len(curve.points)} cách tính cho cùng chiều"
    return f"các cách tính cho cả hai chiều, {share} trong {len(curve.points)} cùng chiều với cách tính chính"


def _pool(pool: str, rows: pd.DataFrame) -> Series:
    return Series(pool, tuple(rows["row"]), numbers(rows["standardised"]), labels=tuple(f"bắt đầu {start}" for start in rows["start"]))
