"""Neo4j servers for tests. ``neo4j_servers()`` gives two empty databases to each worker; ``LocalServer`` is a
private server with a home that outlives it, for tests that kill it."""

from tests.servers.choosing import close_servers, neo4j_servers
from tests.servers.local import LocalServer
from tests.servers.model import Neo4jDatabase, Neo4jServers, NoServer, Unavailable

__all__ = ["LocalServer", "Neo4jDatabase", "Neo4jServers", "NoServer", "Unavailable", "close_servers", "neo4j_servers"]
