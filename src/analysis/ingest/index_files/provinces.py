"""Provinces as publishers write them, for one edition: the list it measures, and Hà Tây while it was a province."""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pandas as pd
import yaml

from analysis.ingest.index_files.header_words import words
from analysis.units import INDEX_VINTAGE, UnitNames, short_name

EARLIER_LISTS = {INDEX_VINTAGE: "64-tinh"}  # provinces that ceased before the list an edition is registered with

_SPELLINGS = Path(__file__).with_name("layouts") / "provinces.yml"
_SAID_AFTER = ("city", "province")


@dataclass(frozen=True)
class Province:
    """A province of one list."""

    code: str
    vintage: str


class ProvinceNames:
    """Reads names of provinces of ``edition``, a row of ``index_editions``."""

    def __init__(self, units: pd.DataFrame, edition: pd.Series):
        provinces = units[units["level"] == "province"]
        earlier = provinces[provinces["vintage"] == EARLIER_LISTS.get(str(edition["vintage"]))]
        still = earlier[pd.to_datetime(earlier["valid_to_date"]) >= pd.Timestamp(edition["measured_from_date"])]
        lists = [provinces[provinces["vintage"] == edition["vintage"]], still]
        self._names = {
            Province(row.unit_code, row.vintage): short_name(row.name_vi) for listed in lists for row in listed.sort_values("unit_code").itertuples()
        }
        self._readers = [(str(listed["vintage"].iloc[0]), UnitNames(listed, str(listed["vintage"].iloc[0]))) for listed in lists if len(listed)]
        self._provinces = provinces
        self._known: dict[str, Province | None] = {}

    @cached_property
    def _lists(self) -> list[UnitNames]:
        return [UnitNames(listed, str(vintage)) for vintage, listed in self._provinces.groupby("vintage")]

    def resolve(self, written: str) -> Province | None:
        """The province a name means, or None."""
        if written not in self._known:
            self._known[written] = self._resolved(_as_listed(written))
        return self._known[written]

    def of_code(self, code: str) -> Province | None:
        """The province of a code."""
        return next((province for province in self._names if province.code == code), None)

    def name(self, province: Province) -> str:
        """Name without "Tỉnh"."""
        return self._names[province]

    @property
    def all(self) -> tuple[Province, ...]:
        """Provinces that the edition may measure, in code order of their lists."""
        return tuple(self._names)

    def is_of_another_list(self, written: str) -> bool:
        """Whether a name that does not resolve is a province at another time."""
        return any(names.resolve(_as_listed(written), suggest=False).kind == "unit" for names in self._lists)

    def near(self, written: str) -> tuple[str, ...]:
        """Names that are close to a misspelt one."""
        found = [Province(code, vintage) for vintage, names in self._readers for code in names.resolve(_as_listed(written)).candidates]
        return tuple(self._names[province] for province in found)

    def _resolved(self, written: str) -> Province | None:
        for vintage, names in self._readers:
            match = names.resolve(written, suggest=False)
            if match.unit_code is not None:
                return Province(match.unit_code, vintage)
        return None


def _as_listed(written: str) -> str:
    """A name without "City" behind it, in the spelling of the lists where a publisher's own is declared."""
    found = words(written)
    bare = found[:-1] if len(found) > 1 and found[-1] in _SAID_AFTER else found
    return _spellings().get("".join(bare), " ".join(bare) if bare != found else written)


@cache
def _spellings() -> dict[str, str]:
    declared = yaml.safe_load(_SPELLINGS.read_text(encoding="utf-8"))
    return {"".join(words(spelling)): name for name, spellings in declared.items() for spelling in spellings}
