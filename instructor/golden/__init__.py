"""Golden outputs: what the kit writes for known submissions, frozen as text and compared whole."""
