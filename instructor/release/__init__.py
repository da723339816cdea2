"""What students receive: the zip and its proof, updates in mid-term, solutions after the deadline."""
