"""What exists: declared nodes, edges, records and vocabularies, and what is derived from them."""

from graph_schema.registry import Property, Registry, TypeSpec, registry, schema_digest
from graph_schema.vocabulary import VOCABULARIES

__all__ = ["VOCABULARIES", "Property", "Registry", "TypeSpec", "registry", "schema_digest"]
