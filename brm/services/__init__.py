"""What the service does. Every function takes a workspace and the principal it acts for."""
