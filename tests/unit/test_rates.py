"""Rate definitions, and monthly rates from tables and dossier logs."""

import pandas as pd
import pytest

from analysis.codes import RATE_KEYS
from analysis.contracts import MONTHLY_UPTAKE, SCHEMAS, columns_of
from analysis.ingest.dossiers.rates import joined, rates_of_cells
from analysis.ingest.uptake import to_rates
from analysis.rates import RATES

MONTH = {"unit_code": "25741", "vintage": "63-tinh", "period_month": "2021-02", "regime": "levels_3_4", "is_synthetic": True, "source_id": "s"}


def monthly(**counts: int) -> pd.DataFrame:
    every = dict.fromkeys((name for name in columns_of(MONTHLY_UPTAKE) if name.endswith("_count")), pd.NA)
    kinds = dict.fromkeys(every, "Int64")
    return pd.DataFrame([MONTH | every | counts]).astype(kinds)


def test_every_key_has_its_rate_and_both_its_columns_stand_in_a_monthly_table():
    assert list(RATES) == list(RATE_KEYS)
    columns = set(columns_of(MONTHLY_UPTAKE))
    assert {count for rate in RATES.values() for count in (rate.numerator, rate.denominator)} <= columns
    assert {key for key, rate in RATES.items() if not rate.is_additive} == {"services_offered", "services_used"}


def test_no_two_keys_rest_on_the_same_two_counts():
    assert len({(rate.numerator, rate.denominator) for rate in RATES.values()}) == len(RATES)


def test_a_count_that_is_not_held_makes_no_rate_and_a_zero_does():
    found = to_rates(monthly(received_count=10, online_count=0, fee_count=4), "monthly_table")
    assert found["rate_key"].tolist() == ["online_all"]
    assert found["numerator_count"].tolist() == [0]


def test_a_month_without_a_window_of_its_own_is_the_whole_calendar_month():
    found = to_rates(monthly(received_count=10, online_count=3), "monthly_table").iloc[0]
    assert (found["period_start_date"], found["period_end_date"]) == (pd.Timestamp("2021-02-01"), pd.Timestamp("2021-02-28"))


def cell(level: str, channel: str, received: int, **other: object) -> dict[str, object]:
    counts = {"fee_count": 0, "paid_online_count": 0, "digitised_in_count": 0, "resolved_count": 0, "due_count": 0, "on_time_count": 0}
    named = {"unit_code": "25741", "vintage": "63-tinh", "period_month": "2022-09", "field_vi": "Hộ tịch"}
    days = {"median_days": pd.NA, "p90_days": pd.NA, "is_synthetic": True, "source_id": "log"}
    online = received if channel == "online" else 0
    return {**named, "service_level": level, "channel": channel, "received_count": received, "online_count": online, **counts, **days, **other}


def cells(*rows: dict[str, object]) -> pd.DataFrame:
    schema = SCHEMAS["dossier_cells"]
    return pd.DataFrame(rows)[columns_of(schema)].astype({name: str(column.dtype) for name, column in schema.columns.items()})


def shares(rows: pd.DataFrame) -> dict[str, tuple[int, int]]:
    return {row.rate_key: (row.numerator_count, row.denominator_count) for row in rows.itertuples()}


def test_rates_of_a_log_add_its_cells_by_the_definition_of_each_key():
    found = rates_of_cells(
        cells(
            cell("toan_trinh", "online", 6, fee_count=5, paid_online_count=4, digitised_in_count=3),
            cell("mot_phan", "online", 2),
            cell("mot_phan", "post", 1),
            cell("no_online_service", "counter", 11, fee_count=3),
        )
    )
    assert shares(found) == {
        "online_all": (8, 20),
        "online_of_online_services": (8, 9),
        "toan_trinh": (6, 20),
        "mot_phan": (2, 20),
        "epay_dossiers": (4, 8),
        "digitised_in": (3, 20),
        "bcci_in": (1, 20),
    }
    assert set(found["regime"]) == {"decree_42"}
    assert set(found["basis"]) == {"dossiers"}


def test_one_dossier_of_unknown_level_leaves_the_rates_by_level_untold():
    found = shares(rates_of_cells(cells(cell("toan_trinh", "online", 6), cell("not_known", "counter", 1))))
    assert found["online_all"] == (6, 7)
    assert not {"toan_trinh", "mot_phan", "online_of_online_services"} & set(found)


def test_what_a_log_does_not_tell_of_one_cell_it_does_not_tell_of_the_month():
    found = shares(rates_of_cells(cells(cell("toan_trinh", "online", 6, digitised_in_count=pd.NA), cell("mot_phan", "counter", 1))))
    assert "digitised_in" not in found


@pytest.mark.parametrize(("told", "kept"), [((3, 10), (3, 10)), ((8, 20), (8, 20))])
def test_the_monthly_table_stands_and_the_log_fills_what_it_lacks(told, kept):
    table = to_rates(monthly(received_count=told[1], online_count=told[0]).assign(period_month="2022-09", regime="decree_42"), "monthly_table")
    log = rates_of_cells(cells(cell("toan_trinh", "online", 8), cell("no_online_service", "counter", 12)))
    rows, notices = joined(table[log.columns].reset_index(drop=True), log)
    assert shares(rows)["online_all"] == kept
    assert rows.set_index("rate_key")["basis"].to_dict() == {
        "online_all": "monthly_table",
        **dict.fromkeys(set(shares(log)) - {"online_all"}, "dossiers"),
    }
    differs = kept != (8, 20)
    assert ("1 khác" if differs else "0 khác") in notices[0].said
    assert ("10,0 điểm phần trăm" in notices[0].said) == differs
