"""What every block on the indices is about: one province and year, read once, with its histories and judged moves."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from analysis import standing
from analysis.chapters.subject import Subject
from analysis.codes import COMPOSITE, INDICES
from analysis.errors import LantoaError
from analysis.indices import is_published
from analysis.project import open_project
from analysis.store import Tables

ALL = "all"


class UnknownIndex(LantoaError):
    """A notebook was asked for an index that is none of the four."""


@dataclass(frozen=True)
class IndexView:
    """What the chapter needs of one province and year: the chosen indices, their histories, peers, and noise by component and era.

    ``scores`` and ``editions`` are the tables, read once: each access to ``tables`` is a fresh copy.
    """

    tables: Tables
    scores: pd.DataFrame
    editions: pd.DataFrame
    subject: Subject
    province: str
    year: int
    chosen: tuple[str, ...]
    histories: dict[str, pd.DataFrame]
    peers: tuple[str, ...]
    noise: pd.DataFrame

    @property
    def short_names(self) -> dict[str, str]:
        """How a source line calls each registered source."""
        register = self.tables.sources
        return dict(zip(register["source_id"], register["short_vi"], strict=True))

    def history(self, index: str, component: str = COMPOSITE) -> pd.DataFrame:
        """``standing.history`` of a component, or of the composite, up to the report year."""
        if component == COMPOSITE:
            return self.histories[index]
        return standing.history(self.scores, self.editions, self.province, index, last_year=self.year, as_of=self.subject.as_of, component=component)

    def moves(self, index: str, component: str = COMPOSITE) -> pd.DataFrame:
        """``standing.changes`` of a component, or of the composite, each move judged."""
        return standing.changes(self.history(index, component), self.noise, component, sample=self.editions)

    def move_into_year(self, index: str, component: str = COMPOSITE) -> pd.Series | None:
        """The judged move into the report year; None where there is none."""
        moves = self.moves(index, component)
        into_year = moves[moves["to_year"] == self.year]
        return into_year.iloc[0] if len(into_year) else None


def view_of(tables: Tables, subject: Subject, province: str, year: int, index: str = ALL) -> IndexView:
    """The chapter's view; ``index`` is one of the four or ``all``. Raises ``UnknownIndex``, or for declared peers that are no provinces."""
    if index != ALL and index not in INDICES:
        raise UnknownIndex(f"Không có chỉ số “{index}”; chấp nhận: {', '.join((ALL, *INDICES))}. Hãy sửa tham số index.")
    chosen = tuple(INDICES) if index == ALL else (index,)
    scores, editions = tables.index_scores, tables.index_editions
    histories = histories_of(scores, editions, province, year, subject.as_of)
    peers = standing.peers_of(tables.regions, province, tuple(open_project().settings.peers))
    noise = standing.known_noise(_out_by(scores, editions, subject.as_of), editions, tables.index_noise)
    return IndexView(tables, scores, editions, subject, province, year, chosen, histories, peers, noise)


def _out_by(scores: pd.DataFrame, editions: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Scores of the editions that were out on the day of the report."""
    out = editions[[is_published(edition, as_of) for _, edition in editions.iterrows()]]
    return scores.merge(out[["index", "edition_year"]], on=["index", "edition_year"], how="inner", validate="many_to_one")


def histories_of(scores: pd.DataFrame, editions: pd.DataFrame, province: str, year: int, as_of: date) -> dict[str, pd.DataFrame]:
    """``standing.history`` of the four composites up to the report year, by index."""
    return {index: standing.history(scores, editions, province, index, last_year=year, as_of=as_of) for index in INDICES}
