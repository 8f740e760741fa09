"""Charts of the evidence inside the province: months around the first campaign, months after a dose, groups of dose, placebo plans, other ways."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis import text
from analysis.blocks import Chart, Mark, Provenance, Series, numbers
from analysis.estimate.evidence import may_print_p
from analysis.estimate.inference import SIGNIFICANCE
from analysis.estimate.inside.dose_steps import DoseSteps
from analysis.estimate.inside.ways import WayTable
from analysis.estimate.result import EffectEstimate

POINTS_VI = "điểm phần trăm"
SHOWN_PLACEBOS = 200  # evenly spaced among the sorted draws: the cloud keeps its shape, the page stays light
DECIMALS = 2
BEYOND = 2.0  # standard errors


def event_time(name: str, estimate: EffectEstimate, rests_on: Provenance, *, with_interval: bool) -> Chart:
    """Difference from the expected level by months since the first campaign; intervals only by the house rule."""
    rows = _path(estimate)
    months = tuple(int(month) for month in rows["period"])
    after = rows[rows["is_after"]]
    return Chart(
        "inside-event-time",
        f"{text.sentence_case(name)}: trung bình {text.signed(estimate.estimate, DECIMALS)} {POINTS_VI}, {_verdict(estimate)}",
        f"Từng tháng trước và sau lần truyền thông đầu tiên của mỗi xã{_bars(with_interval=with_interval)}",
        "line",
        "number",
        "số tháng kể từ lần đầu (âm: trước đó)",
        POINTS_VI,
        (_path_series("khác mức chờ đợi", months, rows, with_interval=with_interval),),
        rests_on,
        alt_vi=f"{name}: "
        + "; ".join(f"tháng {row.period}: {text.signed(row.effect, DECIMALS)}" for row in after.itertuples() if row.period % 3 == 0),
        decimals=DECIMALS,
        marks=(Mark(-0.5, "lần đầu"),),
        notes_vi=(
            "Mức chờ đợi: mức riêng của xã cộng biến động chung của tháng đó, tính từ các xã và các tháng chưa có lần đầu.",
            "Các tháng trước lần đầu phải quanh 0; nếu đã lệch dần thì chênh lệch về sau không gắn với truyền thông được.",
        ),
    )


def after_a_dose(name: str, estimate: EffectEstimate, rests_on: Provenance, *, with_interval: bool) -> Chart:
    """What one more activity goes with, summed up from its month on, lag by lag."""
    rows = _path(estimate)
    rows = rows[rows["is_after"]]
    cumulative = rows.assign(effect=rows["cumulative"], ci_low=rows["cumulative_low"], ci_high=rows["cumulative_high"])
    return Chart(
        "inside-after-a-dose",
        f"{text.sentence_case(name)}: cộng dồn {text.signed(estimate.estimate, DECIMALS)} {POINTS_VI}, {_verdict(estimate)}",
        f"Khác biệt cộng dồn từ tháng có thêm một hoạt động{_bars(with_interval=with_interval)}",
        "line",
        "number",
        "số tháng sau hoạt động",
        POINTS_VI,
        (_path_series("cộng dồn", tuple(map(int, rows["period"])), cumulative, with_interval=with_interval),),
        rests_on,
        alt_vi=f"{name}: " + "; ".join(f"sau {row.period} tháng {text.signed(row.effect, DECIMALS)}" for row in cumulative.itertuples()),
        decimals=DECIMALS,
    )


def dose_steps(name: str, steps: DoseSteps, rests_on: Provenance) -> Chart:
    """Each group of dose against none; intervals and the trend's p only where the trend test may be printed."""
    rows, trend = _path(steps.groups), steps.trend
    is_printed = may_print_p(trend.calibration)
    labels = tuple(f"{_ends(row.dose_low, row.dose_high)} hoạt động" for row in rows.itertuples())
    told = "; ".join(f"{label} {text.signed(row.effect, DECIMALS)}" for label, row in zip(labels, rows.itertuples(), strict=True))
    verdict = _steps_told(rows, trend, is_printed=is_printed)
    return Chart(
        "inside-dose-steps",
        f"{text.sentence_case(name)}: {verdict}",
        "Các tháng có hoạt động trong 6 tháng gần nhất, chia ba nhóm theo số hoạt động, so với các tháng không có"
        + ("; thanh đứng: khoảng 95 %" if is_printed else ""),
        "line",
        "category",
        "số hoạt động trong 6 tháng",
        POINTS_VI,
        (_path_series("khác các tháng không có hoạt động", labels, rows, with_interval=is_printed),),
        rests_on,
        alt_vi=f"{name}: {told}",
        decimals=DECIMALS,
        notes_vi=("Phép thử xu hướng chỉ để tham khảo: chưa hiệu chỉnh cho nhiều phép thử và không dùng để xếp mức bằng chứng.",),
    )


def _steps_told(rows: pd.DataFrame, trend: EffectEstimate, *, is_printed: bool) -> str:
    """``cao dần`` only where every step goes that way, no dose being nought, and the trend is beyond chance."""
    is_trend = is_printed and trend.p_exact is not None and trend.p_exact <= SIGNIFICANCE
    rises = np.diff(np.concatenate([[0.0], rows["effect"].to_numpy()]))
    if is_trend and ((rises > 0).all() or (rises < 0).all()):
        return f"{'cao' if trend.estimate > 0 else 'thấp'} dần theo số hoạt động"
    if is_printed and ((rows["ci_low"] <= 0) & (rows["ci_high"] >= 0)).all():
        return "chưa nhóm nào khác các tháng không có hoạt động"
    return "chưa cao dần hay thấp dần đều theo số hoạt động"


def _ends(low: float, high: float) -> str:
    """``1-2`` or ``4``, decimals only where there are any."""
    ends = [text.number(end, 0 if float(end).is_integer() else 1) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else "–".join(ends)


def placebo_plans(found: Sequence[tuple[str, EffectEstimate]], rests_on: Provenance) -> Chart:
    """Each estimate among those of the same data with whole histories of communication given to other communes."""
    clouds = [(name, float(placebo)) for name, estimate in found for placebo in _thinned(estimate)]
    edges = {name: _middle(estimate) for name, estimate in found}
    outside = [name for name, estimate in found if not edges[name][0] <= estimate.estimate <= edges[name][1]]
    told = f"{text.sentence_case(text.enumerate_vi(outside))} nằm ngoài" if outside else "Mọi khác biệt nằm trong"
    return Chart(
        "inside-placebos",
        f"{told} khoảng giữa của 95 % số lần gán giả định",
        "Khác biệt thật và khác biệt khi lịch sử truyền thông của các xã được đổi chỗ ngẫu nhiên cho nhau",
        "dots",
        "category",
        "",
        POINTS_VI,
        (
            Series("thật", tuple(name for name, _ in found), tuple(estimate.estimate for _, estimate in found)),
            Series(
                "khoảng giữa của 95 % số lần", tuple(name for name in edges for _ in range(2)), tuple(end for ends in edges.values() for end in ends)
            ),
            Series("gán giả định", tuple(name for name, _ in clouds), tuple(value for _, value in clouds), labels=("",) * len(clouds)),
        ),
        rests_on,
        alt_vi="; ".join(f"{name}: {text.signed(estimate.estimate, DECIMALS)}" for name, estimate in found),
        decimals=DECIMALS,
        notes_vi=(
            f"Hiện {SHOWN_PLACEBOS} lần gán giả định, lấy đều từ mọi lần. Nằm ngoài khoảng chưa đủ để kết luận: còn phép thử quyết định (sai số theo "
            "cụm) và các phép kiểm tra.",
        ),
    )


def _middle(estimate: EffectEstimate) -> tuple[float, float]:
    """Between which 95 of 100 placebo estimates lie."""
    drawn = estimate.placebos.to_numpy() if estimate.placebos is not None and len(estimate.placebos) else np.zeros(1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def other_ways(question_id: str, name: str, curve: WayTable, rests_on: Provenance) -> Chart:
    """Every way to ask the question, a row an estimator and scale, in units of its own standard error."""
    points = curve.points.assign(row=curve.points["estimator_vi"] + "; " + curve.points["scale_vi"])
    points = points.sort_values(["row", "weights_vi", "variant_vi"])
    series = tuple(
        Series(
            str(weights),
            tuple(rows["row"]),
            numbers(rows["standardised"]),
            labels=tuple(rows["variant_vi"]),
        )
        for weights, rows in points.groupby("weights_vi")
    )
    same, beyond = round(curve.one_sign_share * len(points)), int((points["standardised"].abs() > BEYOND).sum())
    rows_of = tuple(dict.fromkeys(points["row"]))
    marks = Series(
        f"mốc 0 và ±{BEYOND:.0f}", tuple(row for row in rows_of for _ in range(3)), tuple(end for _ in rows_of for end in (-BEYOND, 0.0, BEYOND))
    )
    return Chart(
        f"inside-ways-{question_id}",
        f"{text.sentence_case(name)}: {same} trong {len(points)} cách tính cùng chiều, {beyond} cách vượt ±{BEYOND:.0f} lần sai số chuẩn",
        "Mỗi dấu là một cách tính: cách ước lượng, thang đo, trọng số, các xã và các tháng đem so",
        "dots",
        "category",
        "",
        "lần sai số chuẩn của chính cách tính đó",
        (*series, marks),
        rests_on,
        alt_vi=f"{name}: {len(points)} cách tính, {same} cùng chiều, {beyond} vượt ±{BEYOND:.0f} lần sai số chuẩn",
        decimals=1,
        notes_vi=("Các cách tính dùng chung một bộ số liệu, nên nhiều cách cùng chiều không phải là nhiều bằng chứng.",),
    )


def _verdict(estimate: EffectEstimate) -> str:
    """Whether the test that decides reads more than chance."""
    if not may_print_p(estimate.calibration) or estimate.p_exact is None:
        return "chưa biết có vượt mức ngẫu nhiên không"
    return "vượt mức ngẫu nhiên" if estimate.p_exact <= SIGNIFICANCE else "chưa vượt mức ngẫu nhiên"


def _path(estimate: EffectEstimate) -> pd.DataFrame:
    return estimate.by_period if estimate.by_period is not None else pd.DataFrame(columns=["period", "is_after", "effect"])


def _bars(*, with_interval: bool) -> str:
    return "; thanh đứng: khoảng 95 % từng tháng" if with_interval else ""


def _path_series(name: str, x: tuple[int | str, ...], rows: pd.DataFrame, *, with_interval: bool) -> Series:
    """``effect`` over ``x``, with the ends of its intervals where they may be printed."""
    low, high = (numbers(rows["ci_low"]), numbers(rows["ci_high"])) if with_interval else ((), ())
    sides = tuple("sau" if is_after else "trước" for is_after in rows["is_after"])  # two fits, never joined by a line
    return Series(name, x, numbers(rows["effect"]), segments=sides, low=low, high=high)


def _thinned(estimate: EffectEstimate) -> np.ndarray:
    """At most ``SHOWN_PLACEBOS`` placebo estimates, evenly spaced by rank."""
    drawn = np.sort(estimate.placebos.to_numpy()) if estimate.placebos is not None else np.empty(0)
    if len(drawn) <= SHOWN_PLACEBOS:
        return drawn
    return np.asarray(drawn[np.linspace(0, len(drawn) - 1, SHOWN_PLACEBOS).round().astype(int)])
