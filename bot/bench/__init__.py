"""Benchmarks: the bot's speed and size, beside its peers and its limits, measured in one run."""
