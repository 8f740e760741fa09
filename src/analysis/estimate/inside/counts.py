"""Online of all dossiers modelled with its counts, so that a place with three dossiers a month does not speak as loudly as one with 300."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis import text
from analysis.estimate.inference import refuse_robust
from analysis.estimate.inside.assembled import effect_inside
from analysis.estimate.inside.carried import warmed_up
from analysis.estimate.inside.cells import Cells, cells_of
from analysis.estimate.inside.counted import LINKS, Counted, Family, counted, separated_vi
from analysis.estimate.inside.doses import Dose, dose_of
from analysis.estimate.inside.lags import BESIDE_VI, one_more_vi, window_columns
from analysis.estimate.inside.linear_estimate import regression_estimate
from analysis.estimate.inside.wild import DRAWS, MAX_CLUSTERS, wild_cluster_bootstrap, with_bootstrap
from analysis.estimate.inside.windows import complete, dosed_units, left_out_vi, refuse_arguments, refuse_same_everywhere, usable
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate, Quantity
from analysis.exposure import adstock

LAGS = 6
BY_LAG = ("period", "is_after", "effect", "std_error", "ci_low", "ci_high", "cumulative", "cumulative_low", "cumulative_high")
RATIOS_VI = {"binomial": ("odds_ratio", "tỷ số chênh"), "quasi_poisson": ("rate_ratio", "tỷ số tỷ lệ")}
SCALES_VI = {"binomial": "logit của tỷ lệ hồ sơ trực tuyến", "quasi_poisson": "logarit của tỷ lệ hồ sơ trực tuyến"}


def uptake_count_model(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    numerator: str,
    denominator: str,
    dose: str,
    lags: int | None = None,
    decay: float | None = None,
    burn_in: int = 6,
    saturation: str = "linear",
    family: Family = "binomial",
    level: float = 0.95,
    cluster: str | None = None,
    month_effects_by: str | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> EffectEstimate:
    """Online dossiers (``numerator``) of all (``denominator``) on a dose, unit and month effects, by quasi-likelihood on the counts.

        logit or log of E[numerator / denominator] = unit(i) + month(t) + sum over k of coefficient(k) × dose(i, t - k)

    ``binomial`` is the logit; ``quasi_poisson`` the log with the log-denominator as offset. The variance is the clustered sandwich of
    scores (``DF_RULE``), so dossiers need not be independent. The dose has free lags 0 to ``lags`` (6 unless given), or is carried over
    at a declared ``decay``, where rows need ``burn_in`` known months before them and earlier doses count as 0.

    ``estimate`` is the cumulative effect of one more unit of dose, once, on the scale of the link: the sum of the lags, or
    coefficient / (1 - decay). ``quantities``: ``odds_ratio`` or ``rate_ratio``, exp of it; ``marginal_effect``, percentage points at the mean
    over dossiers of cells with any dose in their window, by the delta method; ``dispersion`` (Pearson; 1 where dossiers are independent).
    ``by_period`` has one row a lag as ``distributed_lag`` has, on the scale of the link; None with ``decay``.

    With twelve clusters or fewer p-value and interval are those of the wild cluster bootstrap of the scores at the optimum
    (Kline and Santos 2012) with ``draws`` and ``seed``; else t, and fewer than five clusters with a dose are refused.

    Rows without dossiers are left out and counted, as are units and months with none or all online (``counted``). Raises
    ``DesignRefused`` for more online than all dossiers, negative counts, and as ``cells_of``, ``dose_of`` and ``counted`` do.
    """
    if family not in LINKS:
        raise DesignRefused(f"Không có họ phân bố “{family}”; chấp nhận: {', '.join(LINKS)}.")
    share = f"{numerator}/{denominator}"
    rows = panel.assign(**{share: _share_pct(panel, unit, numerator, denominator)})
    cells = cells_of(rows, unit=unit, time=time, outcome=share, weights=denominator, cluster=cluster, month_effects_by=month_effects_by, level=level)
    said = dose_of(panel, cells, unit=unit, time=time, dose=dose, saturation=saturation)
    refuse_same_everywhere(cells, said, dose)
    path = _free_lags(cells, said, LAGS if lags is None else lags) if decay is None else _carried(cells, said, lags, decay, burn_in)
    known = complete(path.columns)
    asked = usable(cells, known)
    found = counted(cells.where(asked), path.columns[asked], path.names, family)
    notes = (*cells.notes_vi, *left_out_vi(cells, said, known, path.back), *separated_vi(cells.where(asked), found))
    effect = _assembled(found, said, path, level, saturation, notes)
    if found.regression.clusters_count > MAX_CLUSTERS:
        refuse_robust(_largest_leverage(found), _dosed_clusters(found))
    else:
        of = regression_estimate(found.cells, found.regressors, path.names, path.combination)
        effect = with_bootstrap(effect, wild_cluster_bootstrap(of, level=level, draws=draws, seed=seed))
    return replace(effect, quantities=_quantities(effect, found, path, level))


@dataclass(frozen=True)
class _Path:
    """Dose columns at the cells (M × K, NaN where unknown), the sum of coefficients that is estimated (K), and months looked back."""

    columns: Matrix
    names: tuple[str, ...]
    combination: Matrix
    back: int
    is_by_lag: bool


def _free_lags(cells: Cells, dose: Dose, lags: int) -> _Path:
    refuse_arguments(["dose"], lags=lags)
    return _Path(
        window_columns(cells, dose, 0, lags), tuple(f"liều {months} tháng trước" for months in range(lags + 1)), np.ones(lags + 1), lags, True
    )


def _carried(cells: Cells, dose: Dose, lags: int | None, decay: float, burn_in: int) -> _Path:
    """The dose carried over at a declared decay; its lasting sum is coefficient / (1 - decay)."""
    refuse_arguments(["dose"], burn_in=burn_in)
    if lags is not None:
        raise DesignRefused("Chỉ khai một trong hai: số tháng trễ (lags) hoặc mức tắt dần (decay).")
    if not 0 <= decay < 1:
        raise DesignRefused(f"Mức tắt dần phải từ 0 đến dưới 1; gặp {text.number(decay, 2)}.")
    values = adstock(np.nan_to_num(dose.values), decay)[:, dose.before : dose.before + dose.months_count]
    carried = np.where(warmed_up(cells, dose, burn_in), cells.at(values), np.nan)
    return _Path(carried[:, None], ("liều cộng dồn",), np.array([1 / (1 - decay)]), burn_in, False)


def _share_pct(panel: pd.DataFrame, unit: str, numerator: str, denominator: str) -> pd.Series:
    """100 × numerator / denominator, NaN where the denominator is 0 or either is missing."""
    absent = [name for name in (unit, numerator, denominator) if name not in panel.columns]
    if absent:
        raise DesignRefused(f"Bảng không có cột {', '.join(absent)}; các cột đang có: {', '.join(map(str, panel.columns))}.")
    if not all(pd.api.types.is_numeric_dtype(panel[name]) for name in (numerator, denominator)):
        raise DesignRefused(f"Cột {numerator} và {denominator} phải là số hồ sơ.")
    online, received = (panel[name].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan) for name in (numerator, denominator))
    wrong = (online > received) | (online < 0) | (received < 0)
    if wrong.any():
        where = ", ".join(sorted({str(name) for name in panel.loc[wrong, unit]})[:3])
        raise DesignRefused(
            f"{text.number(int(wrong.sum()))} dòng có {numerator} lớn hơn {denominator} hoặc số âm (ví dụ {where}); "
            f"cần {numerator} từ 0 đến {denominator}. Sửa số liệu gốc rồi tính lại."
        )
    return pd.Series(100 * online / np.where(received > 0, received, np.nan), index=panel.index)


def _assembled(found: Counted, dose: Dose, path: _Path, level: float, saturation: str, notes: tuple[str, ...]) -> EffectEstimate:
    treated, others = dosed_units(found.cells, dose)
    span = f"đến hết {path.back} tháng sau" if path.is_by_lag else "về lâu dài, với mức tắt dần đã khai"
    return effect_inside(
        found.cells,
        found.regression.combination(path.combination),
        method="uptake_count_model",
        estimand_vi=f"chênh lệch cộng dồn {span} của {SCALES_VI[found.family]}, ứng với {one_more_vi(saturation)}, {BESIDE_VI}",
        level=level,
        treated=treated,
        comparison_count=others,
        after_count=len(np.unique(found.cells.month_of)),
        by_period=_by_lag(found, level) if path.is_by_lag else None,
        notes_vi=notes,
    )


def _by_lag(found: Counted, level: float) -> pd.DataFrame:
    rows, count = [], len(found.regression.coefficients)
    for months in range(count):
        one, total = found.regression.fit(months), found.regression.combination((np.arange(count) <= months).astype(np.float64))
        rows.append((months, True, one.estimate, one.std_error, *one.interval(level), total.estimate, *total.interval(level)))
    return pd.DataFrame(rows, columns=list(BY_LAG))


def _quantities(effect: EffectEstimate, found: Counted, path: _Path, level: float) -> tuple[Quantity, ...]:
    points, ratio = found.marginal_effect(path.combination), float(np.exp(effect.estimate))
    low, high = (None if bound is None else float(np.exp(bound)) for bound in (effect.ci_low, effect.ci_high))
    margin_vi = "chênh lệch cộng dồn, tính trung bình trên hồ sơ của các nơi và tháng có hoạt động"
    return (
        Quantity(*RATIOS_VI[found.family], ratio, ratio * float(effect.std_error or np.nan), low, high, "lần"),
        Quantity("marginal_effect", margin_vi, points.estimate, points.std_error, *points.interval(level), "điểm phần trăm"),
        Quantity("dispersion", "độ phân tán so với hồ sơ độc lập (1 là như nhau)", found.dispersion, unit_vi="lần"),
    )


def _dosed_clusters(found: Counted) -> int:
    return len(np.unique(found.cells.cluster_of[(found.regressors != 0).any(axis=1)]))


def _largest_leverage(found: Counted) -> float:
    """Of one cell in the regression at the optimum."""
    design = found.regression.design * np.sqrt(found.cells.weights)[:, None]
    return float((np.linalg.qr(design)[0] ** 2).sum(axis=1).max())
