"""Benchmarks: the bot's speed and size, beside its peers and its limits, measured in one run.

How much is measured unless it is told stands here, where the command line can know it without
loading what measures.
"""

WATCHES = (100, 10_000, 100_000, 1_000_000)
ENTRIES = (5_000, 50_000)
SECONDS = 60
