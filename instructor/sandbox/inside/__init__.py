"""What the jail holds of the kit: the wire, the worker, recipes and drivers. Nothing here is secret."""
