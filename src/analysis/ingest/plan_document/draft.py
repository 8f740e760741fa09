"""What was read from a plan and waits for a person: facts of the head, items, mended slips, things to confirm."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from analysis.periods import Schedule


class UnitReading(Protocol):
    """How a unit named in a cell was understood; ``kind`` is unit, group, external, near or unknown."""

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
    """Something understood differently from how it stands; ``is_open`` when a person must confirm it."""

    said: str
    is_open: bool = False


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
    """A fact of the head: proposal, everything found, and what a person must decide ("" = nothing)."""

    key: str
    value: str
    found: tuple[Finding, ...] = ()
    to_decide: str = ""


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
    """A parsed document: ``facts`` by key in the order of the raw table, items in document order, sections with their titles."""

    name: str
    facts: dict[str, Fact]
    items: tuple[PlanItem, ...]
    sections: dict[str, str] = field(default_factory=dict)
    mends: tuple[Mend, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def conflicts(self) -> tuple[Fact, ...]:
        return tuple(fact for fact in self.facts.values() if fact.to_decide)
