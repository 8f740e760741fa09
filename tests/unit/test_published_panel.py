"""What may be published of a dossier log: no small count, and none that follows from its total."""

import openpyxl
import pandas as pd
import pytest

from analysis.cli.published_panel import HIDDEN, write_published
from analysis.errors import LantoaError
from analysis.ingest.dossiers.mapping import read_mapping
from analysis.ingest.dossiers.summing import find, sum_up
from dossier_logs import sound_log, write_log


@pytest.fixture
def panel(shipped_tables, tmp_path):
    return summed(shipped_tables, tmp_path, 1_500)


def summed(shipped_tables, tmp_path, rows):
    log = write_log(tmp_path / "so", sound_log(rows, seed=21))
    mapping = read_mapping(log / "anh-xa.yml")
    return sum_up(find(log, mapping), mapping, shipped_tables.units, tmp_path / "panel.parquet", "duckdb", lambda _: None).panel


def test_no_count_under_five_is_printed_and_none_follows_from_the_total(panel, shipped_tables, tmp_path):
    hidden, rows_count = write_published(panel, tmp_path / "cong-bo.xlsx", shipped_tables.units)
    book = openpyxl.load_workbook(tmp_path / "cong-bo.xlsx")
    printed, totals = (
        pd.DataFrame(list(book[name].values)[1:], columns=[c.value for c in book[name][1]]) for name in ("Theo kênh", "Tổng theo tháng")
    )
    assert len(printed) == rows_count
    assert (printed["Hồ sơ tiếp nhận"] == HIDDEN).sum() == hidden > 0
    shown = pd.to_numeric(printed["Hồ sơ tiếp nhận"], errors="coerce")
    assert shown.dropna().ge(5).all()
    together = printed.assign(is_hidden=shown.isna(), shown=shown).groupby(["Mã đơn vị", "Tháng"])[["is_hidden", "shown"]].sum()
    told = totals.set_index(["Mã đơn vị", "Tháng"])["Hồ sơ tiếp nhận"]
    alone = together[together["is_hidden"] == 1]
    assert (told[alone.index] == HIDDEN).all()
    left = pd.to_numeric(told[together.index], errors="coerce") - together["shown"]
    assert left[(together["is_hidden"] > 1)].dropna().ge(5).all()


def test_days_are_printed_of_thirty_results_or_more_only(shipped_tables, tmp_path):
    write_published(summed(shipped_tables, tmp_path, 9_000), tmp_path / "cong-bo.csv", shipped_tables.units)
    printed = pd.read_csv(tmp_path / "cong-bo.csv")
    counts = pd.to_numeric(printed["Hồ sơ tiếp nhận"], errors="coerce")
    assert printed.loc[counts.isna() | (counts < 30), "Số ngày giải quyết, trung vị"].isna().all()
    assert printed["Số ngày giải quyết, trung vị"].notna().any()


def test_another_ending_is_refused_and_nothing_written(panel, shipped_tables, tmp_path):
    with pytest.raises(LantoaError, match=r"\.xlsx hoặc \.csv"):
        write_published(panel, tmp_path / "cong-bo.pdf", shipped_tables.units)
    assert not (tmp_path / "cong-bo.pdf").exists()


def test_no_hidden_count_follows_from_what_a_report_prints_of_the_same_unit_and_year(panel, shipped_tables, tmp_path):
    """A report tells each unit's dossiers of a year by channel; with one month hidden it would be that sum less the others."""
    write_published(panel, tmp_path / "cong-bo.csv", shipped_tables.units)
    printed = pd.read_csv(tmp_path / "cong-bo.csv")
    is_hidden = printed["Hồ sơ tiếp nhận"] == HIDDEN
    alone = is_hidden.groupby([printed["Mã đơn vị"], printed["Kênh tiếp nhận"]]).sum()
    assert is_hidden.any()
    assert not (alone == 1).any()
