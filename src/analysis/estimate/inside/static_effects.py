"""The static two-way comparison of staggered starts, shown as the warning it is: later starts are compared with earlier ones.

De Chaisemartin and D'Haultfoeuille (2020), "Two-way fixed effects estimators with heterogeneous treatment effects", American Economic
Review 110(9): the coefficient is a weighted sum of the effects of treated cells in which some weights are negative, so that effects that
grow or fade can leave it far from all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis import text
from analysis.estimate.inference import Fit
from analysis.estimate.inside.assembled import effect_inside
from analysis.estimate.inside.cells import Cells, Integers, cells_of
from analysis.estimate.inside.clustered import clustered_fit
from analysis.estimate.inside.starts import months_since, names_of, refuse_few, span_of, starts_of
from analysis.estimate.matrix import Matrix
from analysis.estimate.result import EffectEstimate, Quantity

ESTIMAND_VI = "hệ số tĩnh hai chiều, chỉ để đối chiếu: trộn chênh lệch của các đơn vị và các tháng với trọng số không đều, có cả trọng số âm"


@dataclass(frozen=True)
class StaticEffect:
    """The coefficient with clustered errors; ``cell_weights`` (M) are those of the treated cells' effects in it, 0 elsewhere, adding up to 1."""

    fit: Fit
    cell_weights: Matrix
    treated_cells: int

    @property
    def negative_share(self) -> float:
        """Share of treated cells with a negative weight."""
        return float((self.cell_weights < 0).sum() / self.treated_cells)

    @property
    def negative_sum(self) -> float:
        """Sum of the negative weights."""
        return float(np.minimum(self.cell_weights, 0.0).sum())


def static_effect(cells: Cells, first: Integers) -> StaticEffect:
    """Regression on a dummy of months from the first campaign on beside unit and month effects; ``first`` (N) as for ``imputation_of``.

    Units that were always treated stay in as a comparison, as this regression has it. Raises ``DesignRefused`` where the dummy does not vary
    beside the effects and where fewer than five clusters are treated.
    """
    treated = (months_since(cells, first) >= 0).astype(np.float64)
    found = clustered_fit(cells, treated[:, None], ("thời gian đã truyền thông",))
    refuse_few(cells, cells.weights * treated)
    weights = cells.weights * found.design[:, 0] * treated
    return StaticEffect(found.fit(), weights / weights.sum(), int(treated.sum()))


def static_two_way(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    first: Mapping[Any, Any],
    level: float = 0.95,
    cluster: str | None = None,
    weights: str | None = None,
    month_effects_by: str | None = None,
) -> EffectEstimate:
    """``static_effect`` of a panel, with the share and the sum of its negative weights as ``quantities``; no report rests on it.

    Arguments as for ``staggered_event_study``. ``treated`` are all units with a month from their first campaign on.
    ``before_count`` and ``after_count`` are their median months. Raises ``DesignRefused`` as ``cells_of``, ``starts_of`` and
    ``static_effect``.
    """
    bare = cells_of(panel, unit=unit, time=time, outcome=outcome, weights=weights, cluster=cluster, month_effects_by=month_effects_by, level=level)
    starts = starts_of(bare, first)[1]
    found = static_effect(bare, starts)
    since = months_since(bare, starts)
    before, after = (np.bincount(bare.unit_of[chosen], minlength=len(bare.units)) for chosen in (since < 0, since >= 0))
    treated = after > 0
    said = f"Hệ số tĩnh chỉ để đối chiếu: {text.number(100 * found.negative_share, 1)} % số dòng sau lần đầu có trọng số âm."
    return effect_inside(
        replace(bare, notes_vi=(*bare.notes_vi, said)),
        found.fit,
        method="static_two_way",
        estimand_vi=ESTIMAND_VI,
        level=level,
        treated=names_of(bare, treated),
        start=span_of(bare, starts, treated),
        before_count=int(np.median(before[treated])),
        after_count=int(np.median(after[treated])),
        quantities=(
            Quantity("negative_weights_share", "tỷ lệ dòng có trọng số âm", 100 * found.negative_share, unit_vi="%"),
            Quantity("negative_weights_sum", "tổng các trọng số âm", found.negative_sum),
        ),
    )
