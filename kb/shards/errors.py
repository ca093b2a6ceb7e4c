"""What can go wrong with shards, each with a message that names the shard and says what to do."""

from __future__ import annotations

from collections.abc import Sequence

from kb.errors import KbError


class ShardsError(KbError):
    """Base of every error about shards."""


class ShardsFileError(ShardsError):
    """The file that names the servers cannot be used."""


class ShardsLayoutError(ShardsError):
    """A server does not hold what it should: not created, of another cluster, or of another model."""


class ShardsBusyError(ShardsError):
    """Another load is running."""


class ShardRowError(ShardsError):
    """An organization cannot be loaded; nothing of its batch was changed."""


class ShardUnavailableError(ShardsError):
    """A server does not answer.

    Attributes
    ----------
    names : tuple of str
        The shards that do not answer, or the coordinator.
    """

    def __init__(self, message: str, names: Sequence[str]) -> None:
        super().__init__(message)
        self.names = tuple(names)
