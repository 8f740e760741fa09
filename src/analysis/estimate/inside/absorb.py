"""Unit and month effects taken out of any number of columns at once, exactly, on unbalanced and weighted panels."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from analysis.estimate.matrix import Matrix

Integers = NDArray[np.int64]


class TwoWay:
    """Weighted least-squares projection on two sets of dummies and off it.

    ``first`` and ``second`` (M) number the two effects of each cell, ``weights`` (M) are positive. The first set is eliminated in
    closed form; what remains is a small positive definite system of the size of the second less one effect for each connected part of
    the panel, which is collinear. Numbers may have gaps.
    """

    def __init__(self, first: NDArray[np.int64], second: NDArray[np.int64], weights: Matrix) -> None:
        self._first, self._second = (np.unique(codes, return_inverse=True)[1] for codes in (first, second))
        self.weights = np.asarray(weights, dtype=np.float64)
        first_count, second_count = int(self._first.max()) + 1, int(self._second.max()) + 1
        both = self._first * second_count + self._second
        self._crossed = np.bincount(both, self.weights, first_count * second_count).reshape(first_count, second_count)
        self._first_totals = self._crossed.sum(axis=1)

    @cached_property
    def _parts(self) -> Integers:
        """Which connected part of the panel each second effect stands in (T)."""
        seen = (self._crossed > 0).astype(np.float64)
        shared = seen.T @ seen > 0
        if shared[0].all():
            return np.zeros(len(shared), dtype=np.int64)
        return np.asarray(connected_components(csr_matrix(shared), directed=False)[1], dtype=np.int64)

    @cached_property
    def _free(self) -> NDArray[np.bool_]:
        """Second effects that are free once the first are there: all but one of each connected part (T)."""
        free = np.ones(len(self._parts), dtype=bool)
        free[np.unique(self._parts, return_index=True)[1]] = False
        return free

    @cached_property
    def _factor(self) -> Matrix:
        """Cholesky factor of the free second effects' system once the first are eliminated."""
        shares = self._crossed / self._first_totals[:, None]
        system = np.diag(self._crossed.sum(axis=0)) - self._crossed.T @ shares
        return np.asarray(cholesky(system[np.ix_(self._free, self._free)], lower=True))

    def _second_effects(self, totals: Matrix) -> Matrix:
        """Second effects (T × K) from their totals once the first are eliminated: of least length, so nought on average in each part."""
        found = np.zeros_like(totals)
        if self._free.any():
            found[self._free] = cho_solve((self._factor, True), totals[self._free])
        sizes = np.bincount(self._parts)
        means = np.stack([np.bincount(self._parts, column) for column in found.T], axis=1) / np.maximum(sizes, 1)[:, None]
        return np.asarray(found - means[self._parts])

    @property
    def parameters(self) -> int:
        """Number of effects that are free: both sets, less one for each connected part of the panel."""
        return len(self._first_totals) + self.second_parameters

    @property
    def second_parameters(self) -> int:
        """Free effects of the second set once the first is there."""
        return int(self._free.sum())

    def effects(self, columns: Matrix) -> tuple[Matrix, Matrix]:
        """First and second effects fitted to ``columns`` (M × K): shapes (N, K) and (T, K), the second of least length."""
        return self.solved(self._sums(self._first, columns), self._sums(self._second, columns))

    def _sums(self, codes: Integers, columns: Matrix) -> Matrix:
        """Weighted sums of columns (M × K) by effect."""
        return np.stack([np.bincount(codes, self.weights * column) for column in columns.T], axis=1)

    def solved(self, first_totals: Matrix, second_totals: Matrix) -> tuple[Matrix, Matrix]:
        """Effects (N, K) and (T, K) whose weighted fitted values add up to given totals of each effect (same shapes), sorted by number."""
        shared = first_totals / self._first_totals[:, None]
        second = self._second_effects(second_totals - self._crossed.T @ shared)
        return shared - self._crossed @ second / self._first_totals[:, None], second

    def fitted(self, columns: Matrix) -> Matrix:
        """What the effects explain of ``columns`` (M, or M × K)."""
        wide = columns.reshape(len(columns), -1)
        first, second = self.effects(wide)
        return np.asarray((first[self._first] + second[self._second]).reshape(columns.shape))

    def residuals(self, columns: Matrix) -> Matrix:
        """``columns`` (M, or M × K) less what the effects explain of them."""
        return np.asarray(columns - self.fitted(columns))
