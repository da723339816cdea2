"""What the instructor's commands say to somebody who does not know their words."""

import pytest

from instructor.__main__ import COMMANDS, main, parser
from instructor.core.tasks import TASKS_FILE, load_tasks
from instructor.core.text import did_you_mean


def test_without_a_word_all_commands_are_listed_a_line_each(capsys):
    assert main([]) == 0
    listed = capsys.readouterr().out.partition("commands:\n")[2].splitlines()
    assert len(listed) == len(COMMANDS)
    assert all(len(line.split()) > 3 for line in listed)
    assert {line.split()[0] for line in listed} >= {"grade", "new-term", "interview", "gradescope"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["graed", "x"], "there is no command 'graed'. Did you mean grade?"),
        (["new_term"], "Did you mean new-term?"),
        (["grade", "x", "--rooster", "y"], "--rooster y. Did you mean --roster"),
        (["interview", "x", "--reslts=r"], "Did you mean --results"),
        (["grade", "--help-me"], "unrecognized arguments: --help-me. Did you mean --help?"),
        (["grade", "--rooster=y"], "unrecognized arguments: --rooster=y. Did you mean --roster"),
        (["grade", "--roster", "y"], "the following arguments are required: PATH"),
        (["xyzzy"], "there is no command 'xyzzy'. Without one, all are listed."),
    ],
)
def test_a_mistyped_word_is_asked_about(words, said, capsys):
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_a_mistyped_task_is_asked_about(tmp_path, capsys):
    assert main(["grade", str(tmp_path), "--tasks", "smi,sim"]) == 2
    assert "No such task: smi. Did you mean sim?" in capsys.readouterr().err


def test_words_that_are_near_none_are_left_alone():
    assert did_you_mean("qqq", ["sim", "train"]) == ""
    assert parser().parse_args(["points"]).run


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text + "\n[written]\nshare = 30\n", "the points add up to 100, not to 70"),
        (lambda text: text + "\nshare = ", "tasks.toml can't be read: "),
        (lambda text: text + '\n[[task]]\nid = "x"\n', "a [[task]] can't be read: missing 5 required"),
        (lambda text: "", "there is no [[task]] in it"),
    ],
)
def test_a_tasks_file_that_cannot_be_used_is_a_sentence(change, said, tmp_path, monkeypatch, capsys):
    path = tmp_path / "tasks.toml"
    text = TASKS_FILE.read_text(encoding="utf-8").replace("[written]", "[unread]")
    path.write_text(change(text), encoding="utf-8")
    monkeypatch.setattr(load_tasks, "__defaults__", (path,))
    assert main(["grade", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
