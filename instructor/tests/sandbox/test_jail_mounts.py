"""What a jail shows does not depend on where the kit and its Python happen to be."""

from instructor.sandbox import bubblewrap
from instructor.sandbox.limits import Limits
from instructor.sandbox.mounts import Mounts


def test_a_python_below_tmp_stays_visible_in_a_jail_with_a_private_tmp(monkeypatch):
    monkeypatch.setattr(bubblewrap, "python_folders", lambda: ("/tmp/kit/.venv",))
    command = bubblewrap.wrap(["python"], Mounts(), Limits.load(), way="user")
    private_tmp = next(n for n, word in enumerate(command) if command[n - 1] == "--tmpfs" and word == "/tmp")
    assert private_tmp < command.index("/tmp/kit/.venv")
