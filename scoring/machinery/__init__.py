"""What the scores share: ties, stance, depth, chains, influence, decision rules, fit, intervals."""
