"""Where a province stands on comparable footing: within-year z, rank with its denominator, eras kept apart, noise judged."""

from analysis.indices import WHOLE_PANEL_COUNT
from analysis.standing.decomposition import PART_COLUMNS, RankDecomposition, rank_decomposition
from analysis.standing.footing import FOOTING_COLUMNS, footing
from analysis.standing.history import Status, history, last_published
from analysis.standing.moves import CHANGE_COLUMNS, NORMAL_95, NoiseBasis, Verdict, changes, judge, sampling_limit
from analysis.standing.noise import MIN_MOVES_COUNT, NOISE_COLUMNS, known_noise, yearly_noise
from analysis.standing.peers import DISTANCE_COLUMNS, UnknownPeers, distances, peers_of
from analysis.standing.weights import (
    CONTRIBUTION_COLUMNS,
    ConstantWeightMove,
    component_changes,
    constant_weight_composite,
    constant_weight_move,
    constant_weight_standing,
    contributions,
)

__all__ = [
    "CHANGE_COLUMNS",
    "CONTRIBUTION_COLUMNS",
    "DISTANCE_COLUMNS",
    "FOOTING_COLUMNS",
    "MIN_MOVES_COUNT",
    "NOISE_COLUMNS",
    "NORMAL_95",
    "PART_COLUMNS",
    "WHOLE_PANEL_COUNT",
    "ConstantWeightMove",
    "NoiseBasis",
    "RankDecomposition",
    "Status",
    "UnknownPeers",
    "Verdict",
    "changes",
    "component_changes",
    "constant_weight_composite",
    "constant_weight_move",
    "constant_weight_standing",
    "contributions",
    "distances",
    "footing",
    "history",
    "judge",
    "known_noise",
    "last_published",
    "peers_of",
    "rank_decomposition",
    "sampling_limit",
    "yearly_noise",
]
