"""Calendars, durations and shares of simulated dossiers, beside what ``levels`` says of their counts.

Published facts (``uptake_facts``) are cited where they fixed a number; the rest is marked "invented".
"""

WEEKDAY_FACTORS = (1.15, 1.05, 1.0, 0.95, 0.85)  # invented, Monday to Friday: most come after the weekend
SATURDAY_FACTOR = 0.12  # invented: the counter's Saturday morning against an ordinary day
MORNING_FACTOR = 1.3  # invented: half hours of the morning against those of the afternoon
ONLINE_WEEKEND_FACTOR = 0.30  # invented
ONLINE_HOLIDAY_FACTOR = 0.10  # invented: Tết and national holidays
ONLINE_OUT_OF_HOURS_FACTOR = 0.35  # invented: half hours of the evening, early morning and noon against office hours

# Share of an ordinary dossier's deadline at which half are done, so that the wanted share is on time at the SDs below.
MEDIAN_OF_DEADLINE = {
    "department": 0.52,  # 98.2 % on time, 1.69 % late at department level, January-May 2021
    "commune": 0.57,  # invented: about 96.5 % on time; no commune figure was found, the districts' is "over 98 %"
}
DURATION_SD_LOG = 0.29  # invented: dossiers of one unit, field and month
UNIT_DURATION_SD_LOG = 0.12  # invented: lasting differences between units
CLOSURE_DURATION_LOG = 0.30  # invented: per share of the volume lost in a closure; August 2021 takes 23 % longer
YEAR_END_DURATION_LOG = 0.05  # invented: received in December
NEVER_RESOLVED_SHARE = 0.001  # 0.1 % overdue and unresolved at department level, January-May 2021

UNIT_FIELD_SD_LOG = 0.25  # invented: how far a unit's mix of fields lies from the common one
PAID_WITH_ONLINE_FILING = 0.7  # invented: of online payments, at least those of dossiers also filed online, as far as there are so many
DIGITISED_WITH_ONLINE_FILING = 0.6  # invented: likewise of digitised dossiers

COPY_PRICE_VND = 2_000  # invented: where more dossiers of a unit bear a fee than its fields with one hold
