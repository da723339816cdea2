"""Updates in mid-term: a zip that a student runs, and that never touches a block."""
