"""A delivery in words: remembered for a broadcast, never mixed up."""
