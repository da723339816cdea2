"""What `make test` leaves out, and what several of its modules share."""

import os

import pytest

from instructor.sandbox.fork_server import ForkServer

# The tests in a browser take minutes and need Playwright: make test-browser installs it and runs them.
collect_ignore = [] if os.environ.get("BROWSER_TESTS") else ["browser"]


@pytest.fixture(scope="session")
def warm_fork_server():
    """The address of a fork server, in whose jails what is tested has to hold as in others."""
    with ForkServer() as fork_server:
        yield fork_server.address
