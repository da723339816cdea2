"""From a submission to its result: intake, hidden checks, notebooks, report."""
