"""What the jail holds of the kit: the wire, the worker, and given recipes and drivers. Nothing here is secret."""
