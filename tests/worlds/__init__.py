"""Small named graphs, shared by tests, documentation and demonstrations."""
