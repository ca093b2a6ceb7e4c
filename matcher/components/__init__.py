"""The visible list of scoring components. Adding one is a file, a line here, a weight and a test."""

from matcher.components.audience_fit import AudienceFit
from matcher.components.base import Component, Facts
from matcher.components.complementarity import Complementarity
from matcher.components.mission_fit import MissionFit
from matcher.components.place_fit import PlaceFit
from matcher.components.reciprocity import Reciprocity
from matcher.components.track_record import TrackRecord
from matcher.components.trust import Trust
from matcher.components.value_alignment import ValueAlignment

COMPONENTS: tuple[Component, ...] = (
    Complementarity(),
    Reciprocity(),
    MissionFit(),
    AudienceFit(),
    PlaceFit(),
    ValueAlignment(),
    TrackRecord(),
    Trust(),
)

__all__ = ["COMPONENTS", "Component", "Facts"]
