"""One published figure from all that sources say of it: the declared order of trust decides, what disagrees is kept and shown.

Score, rank and standard error of a figure are taken each from the source trusted most for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from analysis.codes import SCORE_FIELDS
from analysis.contracts import SCHEMAS, columns_of
from analysis.contracts.index_schemas import FIGURE
from analysis.ingest.score_reading import SCORE_COLUMNS
from analysis.sources import Source
from analysis.units import COUNTRY_CODE

TOLERANCE = 1e-9  # for sums of binary fractions, far below any printed decimal
LEAST_DECIMALS = 1  # every score is printed with one or more; ranks differ by whole places anyway
MOST_DECIMALS = 4  # no index is published with more; further digits are those of a program that added or copied
PRECISE_BASES = ("publisher_file", "stated", "compiled")  # whose digits are the publisher's own
EDITION = ["index", "edition_year", "component"]
ORIGINS = {"score": "source_id", "rank": "rank_source_id", "standard_error_score": "error_source_id"}


@dataclass(frozen=True)
class Reconciled:
    """``scores`` and ``conflicts`` keep the contracts ``index_scores`` and ``index_conflicts``.

    ``shared_ranks`` are rows of ``scores`` whose rank another province of the same edition has as well, though their scores are not
    known to be equal. ``errors_alone`` are the figures of which only a standard error is known; they are not in ``scores``.
    """

    scores: pd.DataFrame
    conflicts: pd.DataFrame
    shared_ranks: pd.DataFrame
    errors_alone: pd.DataFrame


def reconcile(candidates: pd.DataFrame, trust: pd.DataFrame, sources: Sequence[Source]) -> Reconciled:
    """One row a figure from all candidates, field by field, and every value of the fields on which sources disagree.

    ``candidates`` have ``SCORE_COLUMNS`` and ``source_id``, several rows a figure; ``trust`` keeps the contract ``index_trust``;
    ``sources`` stand in the register's order. For each field the most trusted statement (``trust_levels``) wins; of equal trust the
    first by register, then address, then value, unless another of that trust agrees with it and has more decimals. Two values agree
    when they differ by no more than half a unit of the coarser one's last decimal in its shortest form (69.61 and 69.6134 do, ranks
    only when equal): a figure printed with a final nought counts as coarser than it was printed, and digits after the fourth count
    for nothing. Of a score so chosen, further digits may come from a less trusted source of ``PRECISE_BASES`` that agrees with it
    (``digits_source_id``), so that sums of printed parts do not drift. Basis, address and note are those of the score; without a
    score, of the rank. The order of the candidates changes nothing.
    """
    ordered = _ordered(candidates, trust, sources)
    stated = {field: _stated(ordered, field) for field in SCORE_FIELDS}
    chosen = {field: rows[rows["is_first"]].set_index("figure") for field, rows in stated.items()}
    conflicts = pd.concat([_conflicts(rows, field) for field, rows in stated.items()], ignore_index=True)
    figures = _with_digits(_assembled(ordered, chosen), _finest(stated["score"]))
    is_figure = figures["score"].notna() | figures["rank"].notna()
    scores = _typed(figures[is_figure], "index_scores")
    return Reconciled(scores, _typed(conflicts, "index_conflicts"), _shared_ranks(scores), figures.loc[~is_figure, list(FIGURE)])


def trust_levels(candidates: pd.DataFrame, trust: pd.DataFrame, sources: Sequence[Source]) -> pd.Series:
    """The first level of ``trust`` that fits each candidate; one below all of them where none does.

    A level fits when it names the basis and, where it names parts of addresses, one of them stands in the row's address, or, for a
    row whose address is no web page but a place in a file, in one of its source's addresses.
    """
    of_source = {source.source_id: " ".join(source.addresses) for source in sources}
    keys = candidates[["basis", "address", "source_id"]].drop_duplicates()
    rules = [
        (int(rule.trust_level), set(rule.bases.split()), [] if pd.isna(rule.address_parts) else rule.address_parts.split())
        for rule in trust.sort_values("trust_level").itertuples()
    ]
    untold = rules[-1][0] + 1 if rules else 1
    levels = {}
    for key in keys.itertuples(index=False, name=None):
        basis, address, source_id = key
        places = address if "://" in address else f"{address} {of_source.get(source_id, '')}"
        fitting = (level for level, bases, parts in rules if basis in bases and (not parts or any(part in places for part in parts)))
        levels[key] = next(fitting, untold)
    rows = zip(candidates["basis"], candidates["address"], candidates["source_id"], strict=True)
    return pd.Series([levels[row] for row in rows], index=candidates.index, dtype="int64")


def decimals_of(values: pd.Series) -> np.ndarray:
    """Decimals of each value in its shortest form: 2 for 69.61, at least one, for a final nought is lost, at most ``MOST_DECIMALS``."""
    codes, distinct = pd.factorize(values.astype(float))
    exponents = [Decimal(repr(float(value))).normalize().as_tuple().exponent for value in distinct]
    return np.array([min(max(LEAST_DECIMALS, -int(exponent)), MOST_DECIMALS) for exponent in exponents], dtype="int64")[codes]


def agree(first: pd.Series, second: pd.Series, first_decimals: np.ndarray, second_decimals: np.ndarray) -> pd.Series:
    """Whether two values could be one figure, rounded differently."""
    coarser = np.minimum(first_decimals, second_decimals)
    return (first - second).abs() <= 0.5 * 10.0 ** (-coarser.astype(float)) + TOLERANCE


def _ordered(candidates: pd.DataFrame, trust: pd.DataFrame, sources: Sequence[Source]) -> pd.DataFrame:
    """Candidates in an order that does not depend on how they came, with their level of trust and the number of their figure."""
    position = {source.source_id: number for number, source in enumerate(sources)}
    rows = candidates[[*SCORE_COLUMNS, "source_id"]].astype({"score": "float64", "standard_error_score": "float64", "rank": "float64"})
    rows = rows.assign(level=trust_levels(candidates, trust, sources), order=candidates["source_id"].map(position).fillna(len(position)))
    rows = rows.sort_values([*FIGURE, "level", "order", "source_id", "address", *SCORE_FIELDS, "basis", "note"], ignore_index=True)
    return rows.assign(figure=rows.groupby(list(FIGURE), sort=False).ngroup())


def _stated(ordered: pd.DataFrame, field: str) -> pd.DataFrame:
    """What is said of one field, each with whether it is the one chosen and whether it agrees with it; the chosen one first."""
    rows = ordered.dropna(subset=field).rename(columns={field: "value"})
    rows = rows.assign(decimals=decimals_of(rows["value"]))
    first = rows.groupby("figure")[["value", "decimals", "level"]].transform("first")
    rivals = (rows["level"] == first["level"]) & agree(rows["value"], first["value"], rows["decimals"].to_numpy(), first["decimals"].to_numpy())
    rows = rows.assign(is_outdone=~rivals, coarseness=-rows["decimals"].where(rivals, 0))
    rows = rows.sort_values(["figure", "is_outdone", "coarseness"], kind="stable")
    best = rows.groupby("figure")[["value", "decimals"]].transform("first")
    agrees = agree(rows["value"], best["value"], rows["decimals"].to_numpy(), best["decimals"].to_numpy())
    return rows.assign(is_first=~rows.duplicated("figure"), agrees=agrees, is_chosen=rows["value"] == best["value"])


def _finest(rows: pd.DataFrame) -> pd.DataFrame:
    """Of each figure the agreeing statement with the most digits, where it has more than the chosen one; the more trusted before others."""
    chosen_decimals = rows.groupby("figure")["decimals"].transform("first")
    finer = rows[rows["agrees"] & rows["basis"].isin(PRECISE_BASES) & (rows["decimals"] > chosen_decimals)]
    ranked = finer.assign(coarseness=-finer["decimals"]).sort_values(["figure", "coarseness", "level"], kind="stable")
    return ranked.drop_duplicates("figure").set_index("figure")[["value", "source_id"]]


def _conflicts(rows: pd.DataFrame, field: str) -> pd.DataFrame:
    disputed = rows[rows["figure"].isin(rows.loc[~rows["agrees"], "figure"])].assign(field=field, trust_level=lambda frame: frame["level"])
    return disputed.drop_duplicates(["figure", "source_id", "address", "value"])[columns_of(SCHEMAS["index_conflicts"])]


def _assembled(ordered: pd.DataFrame, chosen: dict[str, pd.DataFrame]) -> pd.DataFrame:
    figures = ordered.drop_duplicates("figure").set_index("figure")[list(FIGURE)]
    main = pd.concat(list(chosen.values()))
    main = main[~main.index.duplicated()]  # of the score, else of the rank
    figures = figures.join(main[["basis", "note", "address", "source_id"]])
    for field, origin in ORIGINS.items():
        figures[field] = chosen[field]["value"].reindex(figures.index)
        if origin != "source_id":
            figures[origin] = chosen[field]["source_id"].reindex(figures.index)
    return figures.assign(rank_basis=chosen["rank"]["basis"].reindex(figures.index))


def _with_digits(figures: pd.DataFrame, finest: pd.DataFrame) -> pd.DataFrame:
    finer = finest["value"].reindex(figures.index)
    return figures.assign(score=finer.fillna(figures["score"]), digits_source_id=finest["source_id"].reindex(figures.index))


def _shared_ranks(scores: pd.DataFrame) -> pd.DataFrame:
    ranked = scores[scores["rank"].notna() & (scores["province_code"] != COUNTRY_CODE)]
    same = ranked[ranked.duplicated([*EDITION, "rank"], keep=False)]
    by_rank = same.groupby([*EDITION, "rank"])["score"]
    is_tie = (by_rank.transform("nunique") == 1) & by_rank.transform(lambda known: known.notna().all())
    return same[~is_tie.astype(bool)]


def _typed(rows: pd.DataFrame, table: str) -> pd.DataFrame:
    schema = SCHEMAS[table]
    typed = rows[columns_of(schema)].astype({name: str(column.dtype) for name, column in schema.columns.items()})
    return typed.sort_values(list(schema.unique), kind="stable", ignore_index=True)
