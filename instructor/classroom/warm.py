"""Imported by the process that local workers are forked from, before there is any thread."""

from instructor.classroom.work import warm_up

warm_up()
