"""Charts of the evidence inside the province: months around the first campaign, months after a dose, groups of dose, placebo plans, other ways."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis import text
from analysis.blocks import Chart, Mark, Provenance, Series, numbers
from analysis.estimate.inside.ways import WayTable
from analysis.estimate.result import EffectEstimate

POINTS_VI = "điểm phần trăm"
SHOWN_PLACEBOS = 200  # evenly spaced among the sorted draws: the cloud keeps its shape, the page stays light
DECIMALS = 2


def event_time(name: str, estimate: EffectEstimate, rests_on: Provenance, *, with_interval: bool) -> Chart:
    """Difference from the expected level by months since the first campaign; intervals only by the house rule."""
    rows = _path(estimate)
    months = tuple(int(month) for month in rows["period"])
    after = rows[rows["is_after"]]
    return Chart(
        "inside-event-time",
        f"{name}: trung bình {text.signed(estimate.estimate, DECIMALS)} {POINTS_VI} so với mức chờ đợi",
        f"Từng tháng trước và sau lần truyền thông đầu tiên của mỗi xã{_bars(with_interval=with_interval)}",
        "line",
        "number",
        "số tháng kể từ lần đầu (âm: trước đó)",
        POINTS_VI,
        (Series("khác mức chờ đợi", months, numbers(rows["effect"]), **_interval(rows, with_interval=with_interval)),),
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
        f"{name}: cộng dồn {text.signed(estimate.estimate, DECIMALS)} {POINTS_VI}",
        f"Khác biệt cộng dồn từ tháng có thêm một hoạt động{_bars(with_interval=with_interval)}",
        "line",
        "number",
        "số tháng sau hoạt động",
        POINTS_VI,
        (Series("cộng dồn", tuple(map(int, rows["period"])), numbers(cumulative["effect"]), **_interval(cumulative, with_interval=with_interval)),),
        rests_on,
        alt_vi=f"{name}: " + "; ".join(f"sau {row.period} tháng {text.signed(row.effect, DECIMALS)}" for row in cumulative.itertuples()),
        decimals=DECIMALS,
    )


def placebo_plans(found: Sequence[tuple[str, EffectEstimate]], rests_on: Provenance) -> Chart:
    """Each estimate among those of the same data with whole histories of communication given to other communes."""
    clouds = [(name, float(placebo)) for name, estimate in found for placebo in _thinned(estimate)]
    edges = [(name, sign * estimate.mde) for name, estimate in found if estimate.mde is not None for sign in (-1, 1)]
    beyond = [name for name, estimate in found if estimate.mde is not None and abs(estimate.estimate) > estimate.mde]
    told = f"vượt ở {text.enumerate_vi(beyond)}" if beyond else "chưa khác biệt nào vượt mức nhận ra được"
    return Chart(
        "inside-placebos",
        f"Giữa các lần gán giả định: {told}",
        "Khác biệt thật và khác biệt khi lịch sử truyền thông của các xã được đổi chỗ ngẫu nhiên cho nhau",
        "dots",
        "category",
        "",
        POINTS_VI,
        (
            Series("thật", tuple(name for name, _ in found), tuple(estimate.estimate for _, estimate in found)),
            Series("mức nhận ra được", tuple(name for name, _ in edges), tuple(value for _, value in edges)),
            Series("gán giả định", tuple(name for name, _ in clouds), tuple(value for _, value in clouds), labels=("",) * len(clouds)),
        ),
        rests_on,
        alt_vi="; ".join(f"{name}: {text.signed(estimate.estimate, DECIMALS)}" for name, estimate in found),
        decimals=DECIMALS,
        notes_vi=(
            f"Hiện {SHOWN_PLACEBOS} lần gán giả định, lấy đều từ mọi lần. Dấu thật nằm giữa đám dấu nhỏ nghĩa là ngẫu nhiên cũng hay cho ra như vậy.",
        ),
    )


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
    share = text.percent(curve.one_sign_share, 0)
    return Chart(
        f"inside-ways-{question_id}",
        f"{name}: {share} trong {len(points)} cách tính cho cùng chiều với cách tính chính",
        "Mỗi dấu là một cách tính: cách ước lượng, thang đo, trọng số, các xã và các tháng đem so",
        "dots",
        "category",
        "",
        "lần sai số chuẩn của chính cách tính đó",
        series,
        rests_on,
        alt_vi=f"{name}: {len(points)} cách tính, {share} cùng chiều",
        decimals=1,
    )


def _path(estimate: EffectEstimate) -> pd.DataFrame:
    return estimate.by_period if estimate.by_period is not None else pd.DataFrame(columns=["period", "is_after", "effect"])


def _bars(*, with_interval: bool) -> str:
    return "; thanh đứng: khoảng 95 % từng tháng" if with_interval else ""


def _interval(rows: pd.DataFrame, *, with_interval: bool) -> dict[str, tuple[float | None, ...]]:
    return {"low": numbers(rows["ci_low"]), "high": numbers(rows["ci_high"])} if with_interval else {}


def _thinned(estimate: EffectEstimate) -> np.ndarray:
    """At most ``SHOWN_PLACEBOS`` placebo estimates, evenly spaced by rank."""
    drawn = np.sort(estimate.placebos.to_numpy()) if estimate.placebos is not None else np.empty(0)
    if len(drawn) <= SHOWN_PLACEBOS:
        return drawn
    return np.asarray(drawn[np.linspace(0, len(drawn) - 1, SHOWN_PLACEBOS).round().astype(int)])
