"""System calls by their names in Linux, each with its number on x86_64 and aarch64, None where it has none.

A test compares them with those that libseccomp knows, and looks through its names for kin that is missing.
"""

from __future__ import annotations

Numbers = dict[str, tuple[int | None, int | None]]
MACHINES = ("x86_64", "aarch64")
NEWEST = 469  # calls up to this number were looked through for what follows; a filter refuses all newer ones

# Denied in every sandbox.
DENIED: Numbers = {
    # memory that no process is seen to use, or that stays in use when nobody has it any more
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "vmsplice": (278, 75),
    "splice": (275, 76),
    "tee": (276, 77),
    "remap_file_pages": (216, 234),
    "userfaultfd": (323, 282),
    "io_setup": (206, 0),
    "io_submit": (209, 2),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # what outlives the process that made it, and tells others: System V, POSIX queues, keyrings
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "shmdt": (67, 197),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "semget": (64, 190),
    "semop": (65, 193),
    "semtimedop": (220, 192),
    "semctl": (66, 191),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "mq_timedsend": (242, 182),
    "mq_timedreceive": (243, 183),
    "mq_notify": (244, 184),
    "mq_getsetattr": (245, 185),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # what others do to files, and files without their names
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "inotify_add_watch": (254, 27),
    "inotify_rm_watch": (255, 28),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    "lookup_dcookie": (212, 18),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    # what all see who have the same file or folder: its flags, and how much of it is in memory
    "file_setattr": (469, 469),
    "cachestat": (451, 451),
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    "perf_event_open": (298, 241),
    "get_robust_list": (274, 100),
    # namespaces and mounts
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "mount_setattr": (442, 442),
    "statmount": (457, 457),
    "listmount": (458, 458),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    # the machine itself
    "bpf": (321, 280),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "acct": (163, 89),
    "reboot": (169, 142),
    "syslog": (103, 116),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "vhangup": (153, 58),
}
# Denied besides where a student's process is among all others of the machine, without a namespace of its own.
NEIGHBOURS: Numbers = {
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    # descriptors on their way from process to process, which nobody is seen to have open
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
}
# Landlock does not keep these from files outside. Copying a file makes them in passing, so that they are not
# refused: they do nothing, and say that they did.
FILES: Numbers = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "setxattrat": (463, 463),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "removexattrat": (466, 466),
}
# Nor are these: they would reach other processes or leave a mark that others see, and threads make some.
PRETENDED: Numbers = {
    "setpriority": (141, 140),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
    "flock": (73, 32),
}
# Denied once a process is held to its files, for which one of the sandboxes needs them: each set of rules is
# memory of the kernel that no process is seen to use.
AFTERWARDS: Numbers = {
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
}
# What depends on how they are called.
JUDGED: Numbers = {
    "mmap": (9, 222),
    "rt_sigaction": (13, 134),
    "ioctl": (16, 29),
    "sendfile": (40, 71),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "setsockopt": (54, 208),
    "clone": (56, 220),
    "fcntl": (72, 25),
    "prctl": (157, 167),
    "prlimit64": (302, 261),
    "clone3": (435, 435),
}


def numbers(calls: Numbers, machine: str) -> list[int]:
    """The numbers of these calls on a machine."""
    column = MACHINES.index(machine)
    return [each[column] for each in calls.values() if each[column] is not None]


def number(name: str, machine: str) -> int:
    """The number of one of the JUDGED calls on a machine."""
    (found,) = numbers({name: JUDGED[name]}, machine)
    return found
