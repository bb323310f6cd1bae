"""What is derived from the registry for readers and other programs."""
