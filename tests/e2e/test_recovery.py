"""Recovery in the real process: damage, a lost file, a night without power, the operator told."""
