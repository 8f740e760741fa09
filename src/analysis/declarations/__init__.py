"""What an office declares of a plan year before its indices are published, and whether a result may call itself declared beforehand."""

from analysis.declarations.comparability import comparability_faults
from analysis.declarations.form import (
    DIRECTIONS,
    FOOTINGS,
    INSIDE_ESTIMATORS,
    INSIDE_LEVELS,
    PRIMARY_ESTIMATORS,
    Declaration,
    DeclaredInside,
    DeclaredOutcome,
)
from analysis.declarations.reading import declarations_folder, declared_years, find_declaration, read_declaration
from analysis.declarations.register import REGISTER_FILE, Registration, read_register, register
from analysis.declarations.standing import DECLARED_VI, EXPLORATORY_VI, Standing, first_public_day, standing_inside, standing_of

__all__ = [
    "DECLARED_VI",
    "DIRECTIONS",
    "EXPLORATORY_VI",
    "FOOTINGS",
    "INSIDE_ESTIMATORS",
    "INSIDE_LEVELS",
    "PRIMARY_ESTIMATORS",
    "REGISTER_FILE",
    "Declaration",
    "DeclaredInside",
    "DeclaredOutcome",
    "Registration",
    "Standing",
    "comparability_faults",
    "declarations_folder",
    "declared_years",
    "find_declaration",
    "first_public_day",
    "read_declaration",
    "read_register",
    "register",
    "standing_inside",
    "standing_of",
]
