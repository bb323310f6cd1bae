"""Network operation: how often whom to touch, which ties and judgements fade, who moved where."""
