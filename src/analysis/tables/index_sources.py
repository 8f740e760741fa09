"""Tables on which source each index figure came from, and where sources disagree."""

from decimal import Decimal
from urllib.parse import urlsplit

import pandas as pd

from analysis import text
from analysis.blocks import Cell, Column, Table, provenance
from analysis.codes import COMPOSITE, SCORE_FIELDS
from analysis.indices import component_name
from analysis.standing import WHOLE_PANEL_COUNT
from analysis.units import COUNTRY_CODE, short_name

FIGURE = ("index", "edition_year", "component", "province_code", "vintage")
ROWS_ON_PAGE = 10
LEAST_TRUSTED = "không có trong thứ tự tin cậy"


def conflicts(found: pd.DataFrame, register: pd.DataFrame, trust: pd.DataFrame, components: pd.DataFrame, units: pd.DataFrame) -> Table:
    """Figures on which sources disagree: what each says, which value is used and by which level of trust.

    ``found`` keeps the contract ``index_conflicts``. Composites come first, then newer editions.
    """
    names = units[units["level"].isin(["province", "country"])].set_index(["unit_code", "vintage"])["name_vi"].map(short_name).to_dict()
    shown, levels = register.set_index("source_id")["short_vi"].to_dict(), dict(zip(trust["trust_level"], trust["name_vi"], strict=True))
    ordered = found.assign(is_part=found["component"] != COMPOSITE, newest=-found["edition_year"])
    rows = []
    for key, said in ordered.groupby(["is_part", "newest", *FIGURE, "field"], sort=True):
        index, year, component, province, vintage, field = key[2:]
        part = "" if component == COMPOSITE else f", {component_name(components, index, component, year)}"
        figure = f"{index} {year}, {names.get((province, vintage), province)}{part}: {SCORE_FIELDS[field]}"
        rows.append((figure, _statements(said, shown), *_decision(said, levels)))
    columns = (Column("Số liệu"), Column("Các nguồn ghi"), Column("Số được dùng"), Column("Vì sao"))
    title = "Số liệu mâu thuẫn giữa các nguồn"
    notes = ("Hai số chỉ khác nhau ở cách làm tròn thì không coi là mâu thuẫn.",)
    return Table("index-conflicts", title, columns, tuple(rows), provenance(found, trust), notes, first_rows=ROWS_ON_PAGE)


def _statements(said: pd.DataFrame, shown: dict[str, str]) -> str:
    """Every value with who says it, most trusted first."""
    ordered = said.sort_values(["trust_level", "value", "source_id", "address"], kind="stable")
    named = ordered.assign(by=[_named(row.address, shown.get(row.source_id, row.source_id)) for row in ordered.itertuples()])
    return "; ".join(f"{_digits(value)} ({', '.join(dict.fromkeys(names))})" for value, names in named.groupby("value", sort=False)["by"])


def _named(address: str, source: str) -> str:
    """The site of a page that was read; the source itself where the place is in its file."""
    return urlsplit(address).netloc.removeprefix("www.") or source


def _decision(said: pd.DataFrame, levels: dict[int, str]) -> tuple[Cell, Cell]:
    """The value in force, and the level of trust that decided; where both sides stand on one level, that the register's order did."""
    chosen = said[said["is_chosen"]]
    level = chosen["trust_level"].min()
    name = levels.get(level, LEAST_TRUSTED)
    rivals = said[~said["is_chosen"] & (said["trust_level"] == level)]
    return _digits(chosen["value"].iloc[0]), name if rivals.empty else f"{name}; cùng bậc tin cậy, lấy nguồn đăng ký trước rồi theo thứ tự địa chỉ"


def _digits(value: float) -> str:
    """All digits of a figure, with a decimal comma."""
    exponent = int(Decimal(repr(float(value))).normalize().as_tuple().exponent)
    return text.number(value, max(0, -exponent))


def edition_origins(scores: pd.DataFrame, register: pd.DataFrame) -> Table:
    """Which editions are held, for how many provinces, and from which sources.

    Editions from the same sources stand in one row, those held for (nearly) all provinces apart from those held in part.
    """
    of_provinces = scores[scores["province_code"] != COUNTRY_CODE]
    shown = register.set_index("source_id")["short_vi"].to_dict()
    rows = [row for index, of_index in of_provinces.groupby("index", sort=True) for row in _origin_rows(str(index), of_index, shown)]
    columns = (Column("Chỉ số"), Column("Năm đánh giá"), Column("Số tỉnh có số liệu"), Column("Lấy từ"))
    return Table("index-origins", "Điểm của từng kỳ đánh giá lấy từ đâu", columns, tuple(rows), provenance(of_provinces))


def _origin_rows(index: str, scores: pd.DataFrame, shown: dict[str, str]) -> list[tuple[Cell, ...]]:
    """Rows of one index, by first edition."""
    alike: dict[tuple[bool, tuple[str, ...]], dict[int, int]] = {}
    for year, edition in scores.groupby("edition_year", sort=True):
        named = pd.concat([edition["source_id"], edition["rank_source_id"], edition["error_source_id"], edition["digits_source_id"]]).dropna()
        sources = tuple(sorted({shown.get(name, name) for name in named}, key=text.sort_key))
        count = edition["province_code"].nunique()
        alike.setdefault((count >= WHOLE_PANEL_COUNT, sources), {})[int(year)] = count
    return [(index, text.year_spans(held), _span(list(held.values())), "; ".join(sources)) for (_, sources), held in alike.items()]


def _span(counts: list[int]) -> str:
    least, most = min(counts), max(counts)
    return str(least) if least == most else f"từ {least} đến {most}"
