"""Unit and month effects taken out of any number of columns at once, exactly, on unbalanced and weighted panels."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.sparse import csr_matrix

from analysis.estimate.matrix import Matrix

RANK_TOLERANCE = 1e-10


class TwoWay:
    """Weighted least-squares projection on two sets of dummies and off it.

    ``first`` and ``second`` (M) number the two effects of each cell, ``weights`` (M) are positive. The first set is eliminated in
    closed form; what remains is a small symmetric system of the size of the second, solved once by its eigenvectors, so that effects
    that are collinear (one for each connected part of the panel) are harmless. Numbers may have gaps.
    """

    def __init__(self, first: NDArray[np.int64], second: NDArray[np.int64], weights: Matrix) -> None:
        self._first, self._second = (np.unique(codes, return_inverse=True)[1] for codes in (first, second))
        self.weights = np.asarray(weights, dtype=np.float64)
        cells, sizes = np.arange(len(self.weights)), (self._first.max() + 1, self._second.max() + 1)
        self._sum_first = csr_matrix((self.weights, (self._first, cells)), shape=(sizes[0], len(cells)))
        self._sum_second = csr_matrix((self.weights, (self._second, cells)), shape=(sizes[1], len(cells)))
        self._crossed = csr_matrix((self.weights, (self._first, self._second)), shape=sizes).toarray()
        self._first_totals = self._crossed.sum(axis=1)

    @cached_property
    def _reduced(self) -> tuple[Matrix, int]:
        """Pseudo-inverse of the second effects' system once the first are eliminated, and its rank."""
        shares = self._crossed / self._first_totals[:, None]
        system = np.diag(self._crossed.sum(axis=0)) - self._crossed.T @ shares
        values, vectors = eigh((system + system.T) / 2)
        kept = values > RANK_TOLERANCE * max(float(values.max()), np.finfo(float).tiny)
        inverse = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
        return np.asarray(inverse), int(kept.sum())

    @property
    def parameters(self) -> int:
        """Number of effects that are free: both sets, less one for each connected part of the panel."""
        return len(self._first_totals) + self._reduced[1]

    @property
    def second_parameters(self) -> int:
        """Free effects of the second set once the first is there."""
        return self._reduced[1]

    def effects(self, columns: Matrix) -> tuple[Matrix, Matrix]:
        """First and second effects fitted to ``columns`` (M × K): shapes (N, K) and (T, K), the second of least length."""
        shared = self._sum_first @ columns / self._first_totals[:, None]
        second = self._reduced[0] @ (self._sum_second @ columns - self._crossed.T @ shared)
        return shared - self._crossed @ second / self._first_totals[:, None], second

    def fitted(self, columns: Matrix) -> Matrix:
        """What the effects explain of ``columns`` (M, or M × K)."""
        wide = columns.reshape(len(columns), -1)
        first, second = self.effects(wide)
        return np.asarray((first[self._first] + second[self._second]).reshape(columns.shape))

    def residuals(self, columns: Matrix) -> Matrix:
        """``columns`` (M, or M × K) less what the effects explain of them."""
        return np.asarray(columns - self.fitted(columns))
