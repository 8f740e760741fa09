"""Monthly dossier counts of units, as offices keep them (one column a count), to one row a rate with both its counts."""

import pandas as pd

IDENTITY_COLUMNS = ("unit_code", "vintage", "period_month", "regime", "is_synthetic", "source_id")

# rate key → (numerator column, denominator column) of the monthly table
COUNTS_OF_RATE = {
    "online_all": ("online_count", "received_count"),
    "online_of_online_services": ("online_count", "online_service_count"),
    "epay_dossiers": ("paid_online_count", "fee_count"),
    "digitised_in": ("digitised_in_count", "received_count"),
    "digitised_out": ("digitised_out_count", "resolved_count"),
    "bcci_in": ("bcci_in_count", "received_count"),
    "bcci_out": ("bcci_out_count", "resolved_count"),
}


def to_rates(monthly: pd.DataFrame) -> pd.DataFrame:
    """Seven rows (one a rate key) for every row of the typed monthly table; the index repeats the monthly row."""
    identity = monthly[list(IDENTITY_COLUMNS)]
    rates = [
        identity.assign(rate_key=key, numerator_count=monthly[numerator], denominator_count=monthly[denominator]).astype({"rate_key": "string"})
        for key, (numerator, denominator) in COUNTS_OF_RATE.items()
    ]
    return pd.concat(rates)
