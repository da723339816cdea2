"""Measurements side by side: the kit, the published recipes, and other libraries."""
