"""What was read from a plan and waits for a person: facts of the head, items, mended slips, things to confirm."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from analysis.periods import Schedule

LATER = "later"


class UnitReading(Protocol):
    """How a unit named in a cell was understood; ``kind`` is unit, group, external, near, unknown, or ``LATER`` while no province is known."""

    @property
    def text(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def unit_codes(self) -> Sequence[str]: ...

    @property
    def suggestion(self) -> str: ...


ReadUnits = Callable[[str], Sequence[UnitReading]]


@dataclass(frozen=True)
class Remark:
    """Something understood differently from how it stands; ``is_open`` when a person must confirm it.

    ``is_read_again`` when it is said of words in the cells, and holds only as long as those stand there.
    """

    said: str
    is_open: bool = False
    is_read_again: bool = False


@dataclass(frozen=True)
class Mend:
    """A slip of the scanner that was mended from the declared table."""

    where: str
    before: str
    after: str
    reason_vi: str


@dataclass(frozen=True)
class Finding:
    """A value and the place where the document says it."""

    value: str
    where: str


@dataclass(frozen=True)
class Fact:
    """A fact of the head: proposal, everything found, what a person must decide ("" = nothing), and what was understood differently."""

    key: str
    value: str
    found: tuple[Finding, ...] = ()
    to_decide: str = ""
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlanItem:
    """One item of the annex as written, with what is proposed for it."""

    section: str
    stt: int | None
    title_vi: str
    content_vi: str
    activity_type: str
    main_channel: str
    lead_units_vi: str
    coordinating_units_vi: str
    deliverable_vi: str
    time_phrase_vi: str
    schedule: Schedule
    where: str
    remarks: tuple[Remark, ...] = ()
    lead_readings: tuple[UnitReading, ...] = ()
    coordinating_readings: tuple[UnitReading, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.section}.{'?' if self.stt is None else self.stt}"


@dataclass(frozen=True)
class PlanDraft:
    """A parsed document: ``facts`` by key in the order of the raw table, items in document order, sections with their titles.

    ``without_items`` says why a document that has no annex gives no items ("" where it has one).
    """

    name: str
    facts: dict[str, Fact]
    items: tuple[PlanItem, ...]
    sections: dict[str, str] = field(default_factory=dict)
    mends: tuple[Mend, ...] = ()
    remarks: tuple[Remark, ...] = ()
    without_items: str = ""

    @property
    def conflicts(self) -> tuple[Fact, ...]:
        return tuple(fact for fact in self.facts.values() if fact.to_decide)
