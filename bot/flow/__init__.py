"""What happens, in which order. Async; knows ports, no vendors."""
