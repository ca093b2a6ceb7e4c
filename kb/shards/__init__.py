"""Vectors on several PostgreSQL servers: loaded in batches, searched exactly through one coordinator."""

from kb.shards.cluster import Cluster, Node, read_cluster
from kb.shards.errors import ShardsError, ShardUnavailableError
from kb.shards.health import ClusterHealth, ShardHealth, check_health
from kb.shards.layout import create
from kb.shards.loading import Loaded, load, put
from kb.shards.rows import VectorRow, rows_of
from kb.shards.searching import Near, Nearest, Shards, Wanted

__all__ = [
    "Cluster",
    "ClusterHealth",
    "Loaded",
    "Near",
    "Nearest",
    "Node",
    "ShardHealth",
    "ShardUnavailableError",
    "Shards",
    "ShardsError",
    "VectorRow",
    "Wanted",
    "check_health",
    "create",
    "load",
    "put",
    "read_cluster",
    "rows_of",
]
