"""Measured on this machine, in one run: the standing of every province in every edition and component of the registry.

The scores are invented, one for each of 63 provinces wherever the registry has an edition and a component. The rival is
the loop over provinces that one writes first; the floor is reading the same table from the store's file format once.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from bench import ROOT

from analysis.ingest.build import build_tables
from analysis.sources import read_register
from analysis.standing import footing, known_noise

PROVINCES = [f"{code:02d}" for code in range(1, 64)]
SEED = 6334
REPEATS = 3


def main() -> None:
    raw = ROOT / "data" / "raw"
    tables = build_tables(raw, read_register(raw)).tables
    components, editions = tables["index_components"], tables["index_editions"]
    scores = invented_scores(editions, components)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index_scores.parquet"
        scores.to_parquet(path)
        floor = best_of(lambda: pd.read_parquet(path))
    whole = best_of(lambda: footing(scores, components))
    rival = best_of(lambda: looped(scores), repeats=1)
    noise = best_of(lambda: known_noise(scores, editions, tables["index_noise"]))
    groups = scores.groupby(["index", "edition_year", "component"]).ngroups
    print(f"standing / floor                    {whole / floor:5.2f} × wall")
    print(f"loop over provinces / standing      {rival / whole:5.1f} × wall\n")
    print(f"{len(scores):,} scores: 63 provinces in {groups} panels of an edition and a component, {editions['edition_year'].nunique()} years")
    for name, seconds in (
        ("standing of all", whole),
        ("loop over provinces", rival),
        ("floor: table read once", floor),
        ("noise of all eras", noise),
    ):
        print(f"{name:32} {seconds:6.3f} s wall")


def invented_scores(editions: pd.DataFrame, components: pd.DataFrame) -> pd.DataFrame:
    """One random score a province of every registered component of every edition of the 63 provinces."""
    of_63 = editions[editions["vintage"] != "34-tinh"]
    defined = of_63[["index", "edition_year"]].merge(components, on="index")
    defined = defined[defined["edition_year"].between(defined["first_year"], defined["last_year"])]
    scores = defined[["index", "edition_year", "component"]].merge(pd.DataFrame({"province_code": PROVINCES}), how="cross")
    points = np.random.default_rng(SEED).normal(60, 8, len(scores)).round(2)
    return scores.assign(
        vintage="63-tinh", score=pd.array(points, dtype="Float64"), rank=pd.array([None] * len(scores), dtype="Int64"), source_id="s"
    )


def looped(scores: pd.DataFrame) -> list[dict[str, object]]:
    """Panel by panel and province by province."""
    rows: list[dict[str, object]] = []
    for key, panel in scores.groupby(["index", "edition_year", "component"]):
        points = panel["score"].astype(float)
        for code, score in zip(panel["province_code"], points, strict=True):
            standing = {"rank": int((points > score).sum()) + 1, "z_score": (score - points.mean()) / points.std(), "median_score": points.median()}
            rows.append({"key": key, "province_code": code, **standing, "percentile": float((points <= score).mean() * 100)})
    return rows


def best_of(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Seconds of the quickest of a few runs, so that a busy moment does not count."""
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


if __name__ == "__main__":
    main()
