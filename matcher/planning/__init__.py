"""Running a partnership: its plan, its life from longlist to end, its health, and what is learnt from it."""

from matcher.planning.desk import Planning, SavedPlan
from matcher.planning.differences import Difference, differences
from matcher.planning.editing import add_line, relabel_line, remove_line, set_cell
from matcher.planning.health import HealthHistory, Instrument, load_instruments
from matcher.planning.lessons import Closing, Outcome
from matcher.planning.life import Closed, Standing
from matcher.planning.plan import Cell, Origin, OriginKind, Plan, PlanError, PlanLine, PlanSection

__all__ = [
    "Cell",
    "Closed",
    "Closing",
    "Difference",
    "HealthHistory",
    "Instrument",
    "Origin",
    "OriginKind",
    "Outcome",
    "Plan",
    "PlanError",
    "PlanLine",
    "PlanSection",
    "Planning",
    "SavedPlan",
    "Standing",
    "add_line",
    "differences",
    "load_instruments",
    "relabel_line",
    "remove_line",
    "set_cell",
]
