"""What makes things happen in time."""
