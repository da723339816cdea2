"""A lock on an open file or folder, also where the file system has none."""

from __future__ import annotations

import errno
import fcntl

# Lustre without `-o flock`, NFS without its lock daemon, FUSE and others that have no such call, or only for
# files that are open for writing.
NO_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL, errno.EBADF}


def take_lock(descriptor: int) -> bool:
    """Lock what is open for this process alone; False where the file system knows no locks.

    Raises BlockingIOError when another process holds the lock, OSError when nothing can be told.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in NO_LOCKS:
            return False
        raise
    return True
