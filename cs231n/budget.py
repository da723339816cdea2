"""Short or full runs, chosen by one environment variable (given)."""

import os


def budget(full, quick):
    """Return `quick` when the environment variable CS231N_QUICK is set to something but 0, else `full`.

    A notebook that is run to see that it runs needs few iterations; one that is read deserves all of them.
    """
    return quick if os.environ.get("CS231N_QUICK", "0") not in ("", "0") else full
