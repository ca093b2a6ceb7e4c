"""Sets of partners that together cover what a programme lacks, who is missing, and what they share."""

from matcher.coalition.common_ground import CommonGround, Shared, find_common_ground
from matcher.coalition.results import Coalition, Coalitions, Coverage, Departure, Link, Member
from matcher.coalition.seats import Holder, Seat

__all__ = [
    "Coalition",
    "Coalitions",
    "CommonGround",
    "Coverage",
    "Departure",
    "Holder",
    "Link",
    "Member",
    "Seat",
    "Shared",
    "find_common_ground",
]
