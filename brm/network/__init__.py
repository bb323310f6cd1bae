"""Network operation: what is due in our relationships, what is an occasion, and a colleague's day."""
