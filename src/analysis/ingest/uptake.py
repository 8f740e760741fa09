"""Monthly dossier counts of units, as offices keep them (one column a count), to one row a rate with both its counts."""

import pandas as pd

from analysis.ingest.received import Received

IDENTITY_COLUMNS = ("unit_code", "vintage", "period_month", "regime", "is_synthetic")

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

MONTHLY_COLUMNS = (
    "unit_code",
    "vintage",
    "period_month",
    "regime",
    "received_count",
    "online_service_count",
    "online_count",
    "fee_count",
    "paid_online_count",
    "digitised_in_count",
    "resolved_count",
    "digitised_out_count",
    "bcci_in_count",
    "bcci_out_count",
    "is_synthetic",
)


def to_rates(received: Received) -> Received:
    """Seven rows (one a rate key) for every row of the monthly table; the line number is kept as index."""
    identity = received.rows[list(IDENTITY_COLUMNS)]
    rates = [
        identity.assign(
            rate_key=key,
            numerator_count=received.rows[numerator],
            denominator_count=received.rows[denominator],
        )
        for key, (numerator, denominator) in COUNTS_OF_RATE.items()
    ]
    return Received(received.name, pd.concat(rates), received.faults, received.lines_count)
