"""The lot that was drawn, with the rule by which it was: what randomization inference redraws."""

from dataclasses import dataclass
from math import lgamma, log
from typing import Any

import numpy as np
import pandas as pd

from analysis.estimate.inside.cells import Integers
from analysis.estimate.inside.starts import NEVER
from analysis.estimate.inside.waves import cluster_codes, is_as_drawn, largest_gaps, standardised
from analysis.estimate.matrix import Matrix
from analysis.estimate.refusals import DesignRefused

LOTS_AT_ONCE = 256
MOST_LOTS_A_DRAW = 2_000  # lots tried for each one accepted before the rule is called too narrow
RULE_COLUMNS = {"wave", "stratum", "cluster", "seed", "max_gap_sd"}


@dataclass(frozen=True)
class Mechanism:
    """Units (N) in clusters (C) in strata, each cluster with the month it was drawn to start in, and the rule a lot had to meet.

    ``starts`` (C) are month ordinals, ``NEVER`` for a cluster drawn as comparison. ``covariates`` (N × columns) are standardised;
    a lot was kept when no wave's mean of one lies further from zero than ``max_gap_sd``.
    """

    units: tuple[Any, ...]
    cluster_of: Integers
    strata: Integers
    starts: Integers
    covariates: Matrix
    max_gap_sd: float

    @property
    def unit_starts(self) -> Integers:
        """Month ordinal of each unit's start (N)."""
        return np.asarray(self.starts[self.cluster_of])

    def redraw(self, draws: int, seed: int) -> Integers:
        """Starts of the units in ``draws`` other lots (draws × N): waves permuted over clusters within strata, under the same rule.

        Given how many clusters of each stratum fell to each wave, every lot that meets the rule is as likely as the one drawn, so that
        tests over these are exact. Raises ``DesignRefused`` where hardly any lot meets the rule.
        """
        rng, kept, tried = np.random.default_rng(seed), [np.empty((0, len(self.cluster_of)), dtype=np.int64)], 0
        while (count := sum(map(len, kept))) < draws:
            if tried > MOST_LOTS_A_DRAW * draws:
                raise DesignRefused("Điều kiện cân bằng hẹp đến mức hầu như không có cách chia nào khác; không bốc lại được để so.")
            lots = self._permuted(rng, min(LOTS_AT_ONCE, max(draws - count, 1) * 4))[:, self.cluster_of]
            tried += len(lots)
            kept.append(lots[largest_gaps(lots, self.covariates) <= self.max_gap_sd] if self.covariates.shape[1] else lots)
        return np.concatenate(kept)[:draws]

    def _permuted(self, rng: np.random.Generator, count: int) -> Integers:
        lots = np.tile(self.starts, (count, 1))
        for stratum in range(int(self.strata.max()) + 1):
            is_in = self.strata == stratum
            lots[:, is_in] = rng.permuted(lots[:, is_in], axis=1)
        return lots

    @property
    def log_lots(self) -> float:
        """Natural logarithm of how many lots there are, the rule apart."""
        total = 0.0
        for stratum in range(int(self.strata.max()) + 1):
            _, counts = np.unique(self.starts[self.strata == stratum], return_counts=True)
            total += lgamma(counts.sum() + 1) - sum(lgamma(count + 1) for count in counts)
        return total

    def allows(self, p_value: float) -> bool:
        """Whether there are enough lots for a p-value this small."""
        return self.log_lots >= -log(p_value) - 1e-9


def mechanism_of(assignment: pd.DataFrame, unit: str) -> Mechanism:
    """The mechanism behind a table of units (column ``unit``) with ``first_month`` (YYYY-MM, empty: drawn as comparison).

    ``stratum`` and ``cluster`` are optional, as are ``balance_…`` columns with ``max_gap_sd``; see ``propose_waves``.
    Raises ``DesignRefused`` for absent columns, repeated units, unreadable months, a cluster with two starts, and a table without two waves.
    """
    absent = [name for name in (unit, "first_month") if name not in assignment.columns]
    if absent:
        raise DesignRefused(f"Bảng phân đợt không có cột {', '.join(absent)}; các cột đang có: {', '.join(map(str, assignment.columns))}.")
    if assignment[unit].duplicated().any():
        raise DesignRefused("Bảng phân đợt có đơn vị ghi hai dòng; mỗi đơn vị chỉ thuộc một đợt.")
    table = assignment.sort_values(unit, ignore_index=True)
    table = table.assign(
        cluster=table["cluster"].astype(str) if "cluster" in table else table[unit].astype(str),
        stratum=table["stratum"].astype(str) if "stratum" in table else "",
    )
    clusters, cluster_of, strata = cluster_codes(table)
    starts = _starts(table["first_month"])
    of_cluster = np.array([starts[cluster_of == number].max() for number in range(len(clusters))])
    if (of_cluster[cluster_of] != starts).any():
        raise DesignRefused("Bảng phân đợt có cụm mà các đơn vị bắt đầu ở hai tháng khác nhau; cả cụm phải cùng một đợt.")
    if len(np.unique(of_cluster)) < 2:
        raise DesignRefused("Bảng phân đợt chỉ có một đợt và không có nơi so sánh; cần ít nhất hai đợt hoặc một nhóm chưa triển khai.")
    rule = float(table["max_gap_sd"].iloc[0]) if "max_gap_sd" in table else np.inf
    return Mechanism(tuple(table[unit].tolist()), cluster_of, strata, of_cluster, standardised(table), rule)


def refuse_undrawn(assignment: pd.DataFrame) -> None:
    """Only a lot that can be shown to have been drawn is called randomised.

    Accepts a table of ``propose_waves`` whose seed still gives the same waves, or one that says when it was drawn (``drawn_on``, before
    the first start). Raises ``DesignRefused`` otherwise.
    """
    drawn_on = pd.to_datetime(assignment["drawn_on"]) if "drawn_on" in assignment else pd.Series(pd.NaT, index=assignment.index)
    if drawn_on.notna().all() and len(drawn_on):
        first = assignment["first_month"].dropna().astype(str).min()
        if drawn_on.max() >= pd.Timestamp(f"{first}-01"):
            raise DesignRefused(
                f"Bảng phân đợt ghi ngày bốc thăm {drawn_on.max():%d/%m/%Y}, không trước tháng bắt đầu đầu tiên {first}; không coi là ngẫu nhiên."
            )
    elif not set(assignment.columns) >= RULE_COLUMNS:
        raise DesignRefused(
            "Bảng phân đợt không ghi ngày bốc thăm (drawn_on) hoặc hạt giống và quy tắc bốc (seed, max_gap_sd), nên không coi là ngẫu nhiên. "
            "Chấp nhận: bảng do lantoa waves lập, hoặc bảng có ngày bốc thăm trước đợt đầu; nếu không bốc thăm thì so như triển khai so le thường."
        )
    if set(assignment.columns) >= RULE_COLUMNS and not is_as_drawn(assignment):
        raise DesignRefused("Bảng phân đợt khác với kết quả bốc thăm của hạt giống ghi trong bảng: đã có đơn vị bị đổi đợt sau khi bốc.")


def _starts(months: pd.Series) -> Integers:
    labels = months.astype("string")
    wrong = labels.notna() & ~labels.str.fullmatch(r"\d{4}-(0[1-9]|1[0-2])").fillna(False).astype(bool)
    if wrong.any():
        raise DesignRefused(f"Tháng bắt đầu phải ghi dạng năm-tháng như 2027-03; gặp {', '.join(sorted(set(labels[wrong]))[:3])}.")
    starts = np.full(len(labels), NEVER, dtype=np.int64)
    has = labels.notna().to_numpy()
    starts[has] = pd.PeriodIndex(labels[has], freq="M").asi8
    return starts
