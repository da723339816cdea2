"""The instructor's commands, one file each: `add` says what it is called and takes, `run` does it.

`run` takes the parsed options and returns the exit status: 0 when the command did its work, 2 when it could
not, and 1 as each command says.
"""
