"""What a declaration holds, and the values that its coded fields accept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

FOOTINGS = {"raw": "điểm công bố", "z": "vị trí giữa các tỉnh trong từng phiên bản", "constant_weight": "điểm theo trọng số không đổi"}
DIRECTIONS = {"increase": "mong tăng", "decrease": "mong giảm"}
PRIMARY_ESTIMATORS = ("demeaned_did",)  # the design whose false-alarm rate on the real panel is the nominal one
INSIDE_ESTIMATORS = {
    "staggered_event_study": "đợt truyền thông đầu tiên của từng đơn vị",
    "distributed_lag": "liều từng tháng, cộng dồn các tháng sau",
}
INSIDE_LEVELS = {"commune": "cấp xã"}  # the one level with enough units to compare with one another


@dataclass(frozen=True)
class DeclaredOutcome:
    """One outcome: a component of an index on one footing, and the editions that are compared.

    ``footing`` is a key of ``FOOTINGS``; ``first_edition`` and ``last_edition`` are edition years, both included. ``direction``
    is what the plan hopes for: tests stay two-sided. ``smallest_effect`` is the smallest change worth acting on, above zero,
    in points of the component's scale (raw, constant_weight) or in standard deviations between provinces (z).
    """

    name: str
    index: str
    component: str
    footing: str
    first_edition: int
    last_edition: int
    direction: str
    smallest_effect: float


@dataclass(frozen=True)
class DeclaredInside:
    """The question put to online-service uptake inside the province.

    ``rate_key`` is a key of ``codes.RATE_KEYS``, ``level`` one of ``INSIDE_LEVELS``; ``first_month`` and ``last_month`` (YYYY-MM, both
    included) bound the months compared; ``primary_estimator`` is a key of ``INSIDE_ESTIMATORS``. ``direction`` is what the plan hopes
    for, ``smallest_effect`` the smallest change worth acting on, in percentage points, above zero.
    """

    rate_key: str
    level: str
    first_month: str
    last_month: str
    primary_estimator: str
    direction: str
    smallest_effect: float


@dataclass(frozen=True)
class Declaration:
    """What is declared of one plan year: outcomes of the indices, a question inside the province, or both.

    ``start_edition`` is the first edition that the plan can show in; ``families`` maps a family to the names of its outcomes,
    each outcome in one family. Where no index is asked about, ``outcomes`` and ``families`` are empty, and ``start_edition``,
    ``primary_estimator`` and ``primary_family``, which are of the indices, are None. ``inside`` is the question put to uptake inside the
    province, None where none is. ``alpha`` is of both. ``sha256`` is of the content, whatever its comments, layout and order.
    """

    plan_year: int
    plan_number: str
    declared_on: date
    declared_by: str
    start_edition: int | None
    primary_estimator: str | None
    alpha: float
    primary_family: str | None
    families: Mapping[str, tuple[str, ...]]
    outcomes: tuple[DeclaredOutcome, ...]
    sha256: str
    inside: DeclaredInside | None = None

    def find(self, index: str, component: str, footing: str) -> DeclaredOutcome | None:
        """The declared outcome of a component on a footing, or None; at most one is."""
        key = (index, component, footing)
        return next((one for one in self.outcomes if (one.index, one.component, one.footing) == key), None)

    def family_of(self, outcome: DeclaredOutcome) -> str:
        """The family that holds a declared outcome. Raises ``KeyError`` for another one."""
        return {name: family for family, names in self.families.items() for name in names}[outcome.name]
