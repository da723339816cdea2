"""What a student runs; it needs nothing but Python, 3.9 or newer."""
