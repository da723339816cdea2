"""What `make test` leaves out."""

import os

# The tests in a browser take minutes and need Playwright: make test-browser installs it and runs them.
collect_ignore = [] if os.environ.get("BROWSER_TESTS") else ["browser"]
