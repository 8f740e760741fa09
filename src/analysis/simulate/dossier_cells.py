"""A month's counts by unit divided over field, service level, channel, fee, payment and digitisation, every count kept exactly."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.simulate import dossier_levels as levels
from analysis.simulate.fields import FieldMix, fields_given_level

COUNTS = (
    "received_count",
    "online_service_count",
    "online_count",
    "full_online_count",
    "fee_count",
    "paid_online_count",
    "digitised_in_count",
    "bcci_in_count",
)
COUNTER, ONLINE, POST = 0, 1, 2
NO_FEE, UNPAID, PAID_ONLINE = 0, 1, 2
# How dossiers came in, with the position of their service level in SERVICE_LEVELS: not online, then online.
OFFLINE_LEVELS, ONLINE_LEVELS = (0, 1, 2), (1, 2)

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Cells:
    """Dossiers of one month that share every attribute but their days; all arrays of shape (cells,), ``dossiers`` above 0.

    ``unit`` is a position in the list of units, ``field`` in the catalogue of the mix, ``level`` in ``SERVICE_LEVELS``.
    """

    unit: Counts
    field: Counts
    level: Counts
    channel: Counts
    payment: Counts
    is_digitised: NDArray[np.bool_]
    dossiers: Counts


def draw_cells(rng: np.random.Generator, counts: Mapping[str, Counts], mix: FieldMix, level_shares: Floats) -> Cells:
    """Divide the counts of each unit, arrays of shape (units,) by the names of ``COUNTS``.

    Dossiers of procedures with an online service that were not filed online are end to end in the share that ``level_shares`` gives.
    Given the service level, the field does not depend on the channel; the rest is drawn without replacement.
    """
    offline, online = _by_field(rng, counts, mix, level_shares)
    post = draw(rng, offline, counts["bcci_in_count"])
    by_channel = np.concatenate([offline - post, post, online], axis=1)
    level, channel, field = _attributes(mix)
    has_price = np.array([field.price_vnd > 0 for field in mix.catalogue])[field]
    with_fee = draw_preferring(rng, by_channel, counts["fee_count"], has_price, 1.0)
    is_online = np.broadcast_to(channel == ONLINE, by_channel.shape)
    paid = draw_preferring(rng, with_fee, counts["paid_online_count"], is_online, levels.PAID_WITH_ONLINE_FILING)
    by_payment = np.stack([by_channel - with_fee, with_fee - paid, paid], axis=2)
    digitised = _digitised(rng, by_payment, counts["digitised_in_count"], is_online)
    divided = np.stack([by_payment - digitised, digitised], axis=3)
    unit, cell, payment, is_digitised = divided.nonzero()
    return Cells(unit, field[unit, cell], level[cell], channel[cell], payment, is_digitised.astype(bool), divided[unit, cell, payment, is_digitised])


def draw(rng: np.random.Generator, cells: Counts, sample: Counts) -> Counts:
    """How many of each cell are in a random ``sample`` (units,) of the dossiers of ``cells`` (units, cells): multivariate hypergeometric."""
    drawn = np.zeros_like(cells)
    later, wanted = cells.sum(axis=1), sample
    for cell in range(cells.shape[1]):
        later = later - cells[:, cell]
        drawn[:, cell] = rng.hypergeometric(cells[:, cell], later, wanted)
        wanted = wanted - drawn[:, cell]
    return drawn


def draw_preferring(rng: np.random.Generator, cells: Counts, sample: Counts, is_preferred: NDArray[np.bool_], share: float) -> Counts:
    """As ``draw``, but ``share`` of the sample comes from the preferred cells, as far as these hold so many; the rest from all that is left."""
    preferred = np.where(is_preferred, cells, 0)
    first = draw(rng, preferred, np.minimum(np.rint(share * sample).astype(np.int64), preferred.sum(axis=1)))
    return first + draw(rng, cells - first, sample - first.sum(axis=1))


def _by_field(rng: np.random.Generator, counts: Mapping[str, Counts], mix: FieldMix, level_shares: Floats) -> tuple[Counts, Counts]:
    """Dossiers not filed online, shape (units, 3 levels x fields), and filed online, (units, 2 levels x fields)."""
    with_service, online, full = counts["online_service_count"], counts["online_count"], counts["full_online_count"]
    offline_full = rng.binomial(with_service - online, level_shares[2] / level_shares[1:].sum())
    offline_partial = with_service - online - offline_full
    ways = np.stack([counts["received_count"] - with_service, offline_partial, offline_full, online - full, full], axis=1)
    shares = fields_given_level(mix, level_shares)[:, [*OFFLINE_LEVELS, *ONLINE_LEVELS]]
    divided = rng.multinomial(ways, shares)
    units, offline_ways = len(ways), len(OFFLINE_LEVELS)
    return divided[:, :offline_ways].reshape(units, -1), divided[:, offline_ways:].reshape(units, -1)


def _attributes(mix: FieldMix) -> tuple[Counts, Counts, Counts]:
    """Level and channel of each cell, shape (cells,), and its field, shape (units, cells)."""
    fields = mix.field.shape[1]
    ways = [
        *((level, COUNTER) for level in OFFLINE_LEVELS),
        *((level, POST) for level in OFFLINE_LEVELS),
        *((level, ONLINE) for level in ONLINE_LEVELS),
    ]
    level, channel = np.array(ways).T
    return level.repeat(fields), channel.repeat(fields), np.tile(mix.field, len(ways))


def _digitised(rng: np.random.Generator, by_payment: Counts, sample: Counts, is_online: NDArray[np.bool_]) -> Counts:
    flat = by_payment.reshape(len(by_payment), -1)
    is_preferred = is_online.repeat(by_payment.shape[2], axis=1)
    return draw_preferring(rng, flat, sample, is_preferred, levels.DIGITISED_WITH_ONLINE_FILING).reshape(by_payment.shape)
