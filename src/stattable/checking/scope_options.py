"""The option that decides the scope of a return otherwise, as findings name it."""

from stattable.model.findings import Param, UnitRef
from stattable.model.units import Scope


def scope_params(scope: Scope, unit: UnitRef) -> dict[str, Param]:
    """Return what H005 says of a scope, and of the option that decides otherwise."""
    other = Scope.CUMULATIVE if scope is Scope.OWN else Scope.OWN
    return {"scope": scope.label, "other_scope": str(other), "key": option_name(unit)}


def option_name(unit: UnitRef) -> str:
    """Return how ``--scope`` names a unit, as it is typed: its code, or its name."""
    name = unit.code or unit.name or ""
    return f'"{name}"' if " " in name else name
