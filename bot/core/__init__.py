"""Pure: values in, values out. No clock, disk, log, network or async."""
