"""A fair comparison over arms, label budgets and seeds: what is run, and what it found."""
