"""How far a component moves by itself: moves net of the median province, measured over all provinces of an era."""

import pandas as pd

from analysis.indices import INDEX_VINTAGES, WHOLE_PANEL_COUNT
from analysis.standing.footing import provinces_scored

MIN_MOVES_COUNT = 100  # fewer moves leave too few beyond the 95th percentile (five of a hundred) to place it
NOISE_SHARE = 0.95

NOISE_COLUMNS = (
    "index",
    "component",
    "era",
    "span_years",
    "moves_count",
    "sd_change_score",
    "p95_change_score",
    "between_province_sd_score",
)
_MEASURE = ["index", "component", "era"]


def yearly_noise(scores: pd.DataFrame, editions: pd.DataFrame, index: str, *, span_years: int = 1, whole: int = WHOLE_PANEL_COUNT) -> pd.DataFrame:
    """Ordinary moves of an index over ``span_years``; one row a (component, era) with at least 100 moves, others absent.

    A move is a province's change between two editions of one era, each held for at least ``whole`` provinces, less the change of
    the median over all provinces held in each. ``sd_change_score`` uses n − 1; ``p95_change_score`` is the 95th percentile
    (linear between ranks) of the move's size, exceeded one time in twenty by construction; ``between_province_sd_score`` is the
    mean over the editions of the standard deviation between provinces. Moves of all provinces are pooled: a province with a small
    sample moves more than this. Moves over two years and more overlap, so they count for less than their number.
    """
    levels = _net_levels(scores, editions, index, whole)
    key = ["component", "era", "province_code", "vintage", "edition_year"]
    before = levels.assign(edition_year=levels["edition_year"] + span_years)
    both = levels.merge(before, on=key, suffixes=("", "_before"), validate="one_to_one")
    both = both.assign(move=both["net_score"] - both["net_score_before"])
    moves = both.assign(size=both["move"].abs()).groupby(["component", "era"], sort=True)
    found = moves.agg(
        moves_count=("move", "size"),
        sd_change_score=("move", "std"),
        p95_change_score=("size", lambda size: size.quantile(NOISE_SHARE)),
    ).reset_index()
    found = found[found["moves_count"] >= MIN_MOVES_COUNT]
    spread = levels.groupby(["component", "era", "edition_year"])["score"].std().groupby(["component", "era"]).mean()
    found = found.merge(spread.rename("between_province_sd_score").reset_index(), on=["component", "era"], how="left")
    return found.assign(index=index, span_years=span_years)[list(NOISE_COLUMNS)].reset_index(drop=True)


def _net_levels(scores: pd.DataFrame, editions: pd.DataFrame, index: str, whole: int) -> pd.DataFrame:
    """Scores of the wholly held editions of an index with their era; ``net_score`` is net of the edition's median."""
    held = provinces_scored(scores[(scores["index"] == index) & scores["vintage"].isin(INDEX_VINTAGES)])
    eras = editions.loc[(editions["index"] == index) & editions["vintage"].isin(INDEX_VINTAGES), ["edition_year", "era"]]
    held = held.merge(eras, on="edition_year", how="inner")
    edition = held.groupby(["component", "edition_year"])["score"]
    levels = held.assign(net_score=held["score"] - edition.transform("median"))[edition.transform("size") >= whole]
    return levels[["component", "era", "province_code", "vintage", "edition_year", "score", "net_score"]]


def known_noise(scores: pd.DataFrame, editions: pd.DataFrame, registry: pd.DataFrame) -> pd.DataFrame:
    """The yearly noise to judge moves by: measured on whole panels where they are held, else the registry's; one row a (index, component, era).

    Columns of the table ``index_noise`` with ``noise_basis`` (panel, registry) and ``moves_count`` (NA for the registry's);
    ``source_id`` is the registry's, NA where the scores themselves are the source.
    """
    measured = [yearly_noise(scores, editions, index) for index in sorted(scores["index"].unique())]
    renamed = {"sd_change_score": "sd_yearly_change_score", "p95_change_score": "p95_yearly_change_score"}
    panel = pd.concat([pd.DataFrame(columns=list(NOISE_COLUMNS)), *measured]).drop(columns="span_years").rename(columns=renamed)
    is_measured = pd.MultiIndex.from_frame(registry[_MEASURE]).isin(pd.MultiIndex.from_frame(panel[_MEASURE]))
    both = pd.concat([panel.assign(noise_basis="panel"), registry[~is_measured].assign(noise_basis="registry")], ignore_index=True)
    columns = [*registry.columns, "noise_basis", "moves_count"]
    return both.reindex(columns=columns).astype({"moves_count": "Int64"}).sort_values(_MEASURE).reset_index(drop=True)
