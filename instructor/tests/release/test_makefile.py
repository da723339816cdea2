"""The commands of the Makefile: what they set up, that they do it once, and what they hand on."""

import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from instructor.core.tasks import ROOT

PYTHON = Path(sys.executable).resolve()  # the one that environments start from
STUDENTS = ("Makefile", "setup_environment.sh", "collect_submission.sh")
PYTEST_LINE = "==== 3 passed in 0.01s ===="
FAKE_PYTHON = f"""#!/bin/bash
# Stands for the environment's Python: writes down what it is asked to do.
[ "$1" = -c ] && {{ echo "Python 3 11"; exit 0; }}
(IFS='|'; echo "$*" >> "$LOG")
case "$*" in
  "-m instructor compose"*) mkdir -p "$6"; echo 'echo packed > "$1"' > "$6/collect_submission.sh" ;;
  "-m instructor grade"*) cp -r "$4" "$LOG.graded"; exit "${{GRADE_STATUS:-0}}" ;;
  "-m pytest"*) echo "{PYTEST_LINE}"; exit "${{PYTEST_STATUS:-0}}" ;;
esac
"""


def executable(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def clean(**settings):
    """The environment of this process without what the make around it may have set, and with `settings`."""
    names = (
        "VENV PYTHON SUBMISSION SANDBOX GRADE VERIFY PYTEST LAB DATA MAKEFLAGS MFLAGS MAKELEVEL VIRTUAL_ENV"
    )
    outer = {key for key in os.environ if key.startswith("PIP_")} | {*names.split(), "SYSTEM_PACKAGES"}
    kept = {key: value for key, value in os.environ.items() if key not in outer}
    return {**kept, **settings}


def make(root, *words, **settings):
    command = ["make", *words]
    return subprocess.run(
        command, cwd=root, env=clean(**settings), capture_output=True, text=True, timeout=120
    )


# ---- the Makefile, with an environment and a grader that only write down what they are asked ----


@pytest.fixture
def project(tmp_path):
    """The set-up files of an instructor's checkout, beside an environment that is complete."""
    root = tmp_path / "check out"
    (root / "instructor").mkdir(parents=True)
    (root / "datasets").mkdir()
    (root / ".ci").mkdir()
    for name in (*STUDENTS, "requirements.txt", ".ci/run"):
        shutil.copy(ROOT / name, root / name)
    for name in ("instructor.mk", "requirements.txt", "requirements-colab.txt", "system_packages.sh"):
        shutil.copy(ROOT / "instructor" / name, root / "instructor" / name)
    executable(root / "datasets" / "get_datasets.sh", 'echo "data $*" >> "$LOG"')
    complete(root, "requirements.txt", "instructor/requirements.txt")
    executable(tmp_path / "tools" / "bwrap", "#!/bin/sh\n")
    return root


def complete(root, *requirements):
    executable(root / ".venv" / "bin" / "python", FAKE_PYTHON)
    wanted = "".join((root / name).read_text() for name in requirements)
    (root / ".venv" / ".complete").write_text("Python 3 11\n" + wanted)


def ask(project, *words, **settings):
    """Run make; return the result and the calls of Python and of get_datasets.sh, in order."""
    log = project.parent / "log"
    log.write_text("")
    path = f"{project.parent / 'tools'}{os.pathsep}{os.environ['PATH']}"
    result = make(project, *words, LOG=str(log), **{"PATH": path, **settings})
    return result, [call.split("|") for call in log.read_text().splitlines()]


def test_grade_hands_on_a_path_as_it_is(project):
    submission = project / "late work (2), Ünal's & co.zip"
    submission.write_text("a zip")
    result, calls = ask(project, "grade", f"SUBMISSION={submission}")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert calls[-1] == ["-m", "instructor", "grade", str(submission)]
    assert len(calls) == 2  # the data, the grader; nothing is composed


def test_grade_alone_composes_packs_and_grades_the_reference(project):
    result, calls = ask(project, "grade", "SUBMISSON=x")  # a name that make does not know
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[0] == "No SUBMISSION given: grading the reference solution."
    assert calls[-2][:5] == ["-m", "instructor", "compose", "--fill", "reference"]
    assert calls[-1][:3] == ["-m", "instructor", "grade"]
    assert calls[-1][3].endswith("/reference.zip")
    assert (project.parent / "log.graded").read_text() == "packed\n"
    assert not Path(calls[-1][3]).parent.exists()


def test_grade_takes_options_and_says_when_it_could_not_grade(project):
    result, calls = ask(project, "grade", "SUBMISSION=x", "SANDBOX=none", "GRADE=--seed 3", GRADE_STATUS="2")
    assert calls[-1] == ["-m", "instructor", "grade", "x", "--sandbox", "none", "--seed", "3"]
    assert result.returncode == 2


def test_ci_ends_with_pytests_line_and_with_its_verdict(project):
    (project.parent / "log").touch()
    for status, expected in (("0", 0), ("1", 2)):
        settings = clean(LOG=str(project.parent / "log"), PYTEST_STATUS=status, MAKELEVEL="1")
        command = [str(project / ".ci" / "run")]
        result = subprocess.run(command, cwd="/", env=settings, capture_output=True, text=True, timeout=60)
        assert result.returncode == expected
        assert result.stdout.splitlines()[-1] == PYTEST_LINE


def test_the_workflow_calls_make_and_nothing_else():
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    commands = re.findall(r"run: (.+)", text)
    assert "make test" in commands
    assert all(command.startswith(("make ", "sudo sysctl ")) for command in commands)


def test_test_lints_before_it_tests_both_sides(project):
    _, calls = ask(project, "test")
    assert calls[0] == ["data --quiet embedded"]
    assert [call[:3] for call in calls[1:-1]] == [["-m", "ruff", "check"], ["-m", "ruff", "format"]]
    assert calls[-1] == ["-m", "pytest", "tests", "instructor/tests", "experiments/tests"]


def test_the_lowest_versions_are_those_that_the_requirements_name(project):
    lines = [
        line
        for name in ("requirements.txt", "instructor/requirements.txt")
        for line in (project / name).read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert all(re.match(r"[\w.-]+>=[\d.]+", line) for line in lines)
    lowest = "".join(re.sub(r">=([\d.]+)[^;]*", r"==\1", line) + "\n" for line in lines)
    executable(project / ".venv-lowest" / "bin" / "python", FAKE_PYTHON)
    (project / ".venv-lowest" / ".complete").write_text("Python 3 11\n" + lowest)
    result, calls = ask(project, "test-lowest")
    assert (result.returncode, result.stderr) == (0, "")
    assert (project / "dist" / "lowest.txt").read_text() == lowest
    assert calls[-1] == ["-m", "pytest", "tests", "instructor/tests", "experiments/tests"]


def test_colab_gets_its_versions_and_the_notebooks_are_run_in_them(project):
    requirements = ("requirements.txt", "instructor/requirements.txt", "instructor/requirements-colab.txt")
    executable(project / ".venv-colab" / "bin" / "python", FAKE_PYTHON)
    wanted = "".join((project / name).read_text() for name in requirements)
    (project / ".venv-colab" / ".complete").write_text("Python 3 11\n" + wanted)
    result, calls = ask(project, "test-colab")
    assert (result.returncode, result.stderr) == (0, "")
    assert calls[0] == ["data --quiet embedded"]
    assert len(calls) == 2  # no other environment is made
    assert calls[1][:2] == ["-m", "pytest"]
    assert {word.partition("::")[0] for word in calls[1] if word.startswith("instructor/")} == {
        f"instructor/tests/{name}.py"
        for name in (
            "release/test_colab",
            "release/test_notebooks",
            "package/test_package_explore",
            "package/test_package_own_photos",
            "package/test_package_start",
        )
    }


def test_release_and_docs_take_their_options(project):
    _, calls = ask(project, "release", "RELEASE=--quick")
    assert calls[-1] == ["-m", "instructor", "release", "--quick"]
    _, calls = ask(project, "test-docs")
    assert calls[-1] == ["-m", "pytest", "instructor/tests/release/test_docs.py"]


def test_a_student_has_the_students_commands_only(project):
    shutil.rmtree(project / "instructor")
    complete(project, "requirements.txt")
    _, calls = ask(project, "test")
    assert calls == [["data --quiet embedded"], ["-m", "pytest", "tests"]]
    result, _ = ask(project)
    commands = [line.split()[1] for line in result.stdout.splitlines()]
    assert commands == ["help", "lab", "test", "submit", "data"]
    assert make(project, "grade").returncode == 2


def test_help_lists_every_command_of_an_instructor(project):
    result, calls = ask(project)
    assert calls == []
    for command in ("lab", "grade", "test", "verify", "doctor", "lint", "format", "submit", "data"):
        assert f"make {command} " in result.stdout


def test_lab_opens_on_the_notebooks_and_can_open_the_package(project):
    _, calls = ask(project, "lab", "LAB=--no-browser")
    assert calls[0] == ["data --quiet embedded"]
    assert calls[1][:3] == ["-m", "jupyterlab", "--LabApp.default_url=/lab/tree/notebooks"]
    assert calls[1][-1] == "--no-browser"


def test_data_fetches_the_sets_that_are_named(project):
    _, calls = ask(project, "data", "DATA=cifar10 squeezenet1_1")
    assert calls == [["data cifar10 squeezenet1_1"]]


def test_a_missing_sandbox_is_installed_or_asked_for_and_the_grader_decides(project):
    tools = project.parent / "tools"
    (tools / "bwrap").unlink()
    for tool in ("bash", "sh", "make", "mktemp", "cat", "sed", "awk", "tail", "rm", "dirname", "cp"):
        (tools / tool).symlink_to(shutil.which(tool))
    executable(tools / "id", "#!/bin/sh\necho 1000\n")
    executable(tools / "apt-get", '#!/bin/sh\necho "apt-get $*" >> "$LOG"\n')
    result, calls = ask(project, "grade", "SUBMISSION=x", PATH=str(tools))
    assert "Please run: sudo apt-get install -y bubblewrap" in result.stderr
    assert calls[-1] == ["-m", "instructor", "grade", "x"]
    _, calls = ask(project, "grade", "SUBMISSION=x", "SANDBOX=none", PATH=str(tools))
    assert not any("apt-get" in call for call in calls)


# ---- system packages ----


def install(tmp_path, user, manager, sudo=None, works=True):
    """Run system_packages.sh on a machine of stubs; return the result and what was called."""
    tools = tmp_path / f"tools of {user} {manager} {sudo} {works}"
    tools.mkdir()
    log = tools / "log"
    log.touch()
    for tool in ("bash", "mktemp", "rm", "tail", "env", "true"):
        (tools / tool).symlink_to(shutil.which(tool))
    bash = shutil.which("bash")
    executable(tools / "id", f"#!{bash}\necho {user}\n")
    status = "exit 0" if works else "[ $1 = install ] && { echo 'no space left' >&2; exit 100; }; exit 0"
    executable(tools / manager, f'#!{bash}\necho "{manager} $*" >> "{log}"\n{status}\n')
    if sudo is not None:
        executable(
            tools / "sudo", f"#!{bash}\n{'shift; exec ' + chr(34) + '$@' + chr(34) if sudo else 'exit 1'}\n"
        )
    command = [bash, str(ROOT / "instructor" / "system_packages.sh"), "bubblewrap"]
    result = subprocess.run(command, env={"PATH": str(tools)}, capture_output=True, text=True, timeout=30)
    return result, log.read_text().splitlines()


@pytest.mark.parametrize(("user", "sudo"), [(0, None), (1000, True)])
def test_a_package_is_installed_as_root_or_through_a_sudo_that_asks_nothing(tmp_path, user, sudo):
    result, calls = install(tmp_path, user, "apt-get", sudo)
    assert (result.returncode, result.stderr) == (0, "")
    assert calls[-2:] == ["apt-get update", "apt-get install -y bubblewrap"]
    result, calls = install(tmp_path, user, "dnf", sudo)
    assert (result.returncode, calls[-1]) == (0, "dnf install -y bubblewrap")


@pytest.mark.parametrize("sudo", [None, False])
def test_elsewhere_the_command_is_said_and_nothing_is_installed(tmp_path, sudo):
    result, calls = install(tmp_path, 1000, "apt-get", sudo)
    assert (result.returncode, calls) == (1, [])
    assert "Please run: sudo apt-get install -y bubblewrap" in result.stderr


def test_a_failed_installation_shows_why(tmp_path):
    result, _ = install(tmp_path, 0, "apt-get", works=False)
    assert result.returncode == 1
    assert "no space left" in result.stderr
    assert "Please install bubblewrap yourself" in result.stderr


# ---- the environment, made for real with small packages that are called torch and torchvision ----


def wheel(folder, name, source=""):
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}.py", source)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A project with its environment made; tests take copies."""
    folder = tmp_path_factory.mktemp("environments")
    (folder / "wheels").mkdir()
    for name in ("torch", "torchvision", "added"):
        wheel(folder / "wheels", name)
    root = folder / "check out"
    root.mkdir()
    for name in STUDENTS:
        shutil.copy(ROOT / name, root / name)
    (root / "requirements.txt").write_text("torch\ntorchvision\n")
    result = environment(root)
    assert (result.returncode, result.stderr) == (0, "")
    assert "Making the environment .venv with Python 3" in result.stdout
    assert "Installing the packages of requirements.txt into .venv" in result.stdout
    return root


@pytest.fixture
def fresh(template, tmp_path):
    root = tmp_path / "check out"
    shutil.copytree(template, root, symlinks=True)
    (tmp_path / "wheels").symlink_to(template.parent / "wheels")
    return root


def environment(root, *words, **settings):
    pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(root.parent / "wheels"), "PIP_CONFIG_FILE": os.devnull}
    return make(root, "environment", *words, **{"PYTHON": str(PYTHON), **pip, **settings})


def state(root):
    return {path: path.lstat().st_mtime_ns for path in (root / ".venv").rglob("*")}


def has(root, module):
    python = root / ".venv" / "bin" / "python"
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode == 0


def test_a_second_run_says_and_does_nothing(fresh):
    before = state(fresh)
    result = environment(fresh)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert state(fresh) == before


def test_other_requirements_are_installed(fresh):
    (fresh / "requirements.txt").write_text("torch\ntorchvision\nadded\n")
    assert not has(fresh, "added")
    assert "Installing" in environment(fresh).stdout
    assert has(fresh, "added")
    assert environment(fresh).stdout == ""


def test_the_size_is_said_before_anything_is_installed_and_how_it_gets_smaller(fresh, tmp_path):
    def said(system, requirements, **settings):
        executable(tmp_path / system / "uname", f"#!/bin/sh\necho {system}\n")
        (fresh / "requirements.txt").write_text(requirements)
        path = f"{tmp_path / system}{os.pathsep}{os.environ['PATH']}"
        return environment(fresh, **{"PATH": path, **settings}).stdout

    gpu = Path("/dev/nvidiactl").exists() or Path("/dev/dxg").exists()
    words = said("Linux", "torch\ntorchvision\nadded\n")
    assert "about 5 GB" in words.splitlines()[0]
    assert ("TORCH_INDEX=ADDRESS" in words) == (not gpu)
    words = said("Darwin", "torch\ntorchvision\n")
    assert "about 1 GB" in words
    assert "TORCH_INDEX" not in words
    words = said("Linux", "torch>=0\ntorchvision>=0\n", TORCH_INDEX="https://example.invalid/cpu")
    assert "about 1 GB" in words
    assert "NVIDIA" not in words


def test_an_installation_that_failed_is_not_taken_for_complete(fresh):
    (fresh / "requirements.txt").write_text("torch\ntorchvision\nnowhere-to-be-found\n")
    for _ in range(2):
        result = environment(fresh)
        assert result.returncode == 2
        assert "pip could not install them" in result.stderr
    (fresh / "requirements.txt").write_text("torch\ntorchvision\n")
    assert "Installing" in environment(fresh).stdout  # the failed one may have changed something


@pytest.mark.parametrize("damage", ["no pip", "no python", "no stamp", "empty"])
def test_a_half_made_environment_is_mended(fresh, damage):
    venv = fresh / ".venv"
    if damage == "no pip":
        (venv / ".complete").unlink()
        shutil.rmtree(next(venv.glob("lib/python*/site-packages/pip")))
    elif damage == "no python":
        (venv / "bin" / "python").unlink()
        (venv / "bin" / "python").symlink_to("/nowhere/python3")
    elif damage == "no stamp":
        (venv / ".complete").unlink()
    else:
        shutil.rmtree(venv)
        (venv / "lib").mkdir(parents=True)
    result = environment(fresh)
    assert (result.returncode, result.stderr) == (0, "")
    assert has(fresh, "torch")
    assert environment(fresh).stdout == ""


def test_one_environment_can_serve_several_checkouts(fresh, template):
    before = state(template)
    shutil.rmtree(fresh / ".venv")
    result = environment(fresh, f"VENV={template / '.venv'}")
    assert (result.returncode, result.stdout) == (0, "")
    assert not (fresh / ".venv").exists()
    assert state(template) == before


def test_a_folder_of_other_things_is_not_made_an_environment(fresh, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.tex").write_text("years of work")
    result = environment(fresh, f"VENV={tmp_path / 'thesis'}")
    assert result.returncode == 2
    assert "not an environment" in result.stderr
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["chapter1.tex"]


def test_torch_and_torchvision_that_do_not_fit_are_noticed_at_once(fresh, tmp_path):
    (tmp_path / "wheels").unlink()
    (tmp_path / "wheels").mkdir()
    wheel(tmp_path / "wheels", "torch")
    wheel(
        tmp_path / "wheels", "torchvision", "raise RuntimeError('operator torchvision::nms does not exist')"
    )
    shutil.rmtree(fresh / ".venv")
    result = environment(fresh)
    assert result.returncode == 2
    assert "do not work together" in result.stderr


OLD_PYTHON = """#!/bin/bash
case $* in
  --version) echo Python 3.9.2 ;;
  *) exit 1 ;;
esac
"""
PYTHON_WITHOUT_VENV = f"""#!/bin/bash
case $* in
  *ensurepip*) exit 1 ;;
  *) exec {PYTHON} "$@" ;;
esac
"""


def test_an_old_python_is_refused_with_its_version(fresh, tmp_path):
    shutil.rmtree(fresh / ".venv")
    executable(tmp_path / "old" / "python3", OLD_PYTHON)
    for tool in ("bash", "sh", "make", "cat", "rm", "ls", "id"):
        (tmp_path / "old" / tool).symlink_to(shutil.which(tool))
    result = environment(fresh, PYTHON="", PATH=str(tmp_path / "old"))
    assert result.returncode == 2
    assert "Python 3.11 or newer is needed; only Python 3.9.2 was found" in result.stderr
    assert not (fresh / ".venv").exists()


def test_a_missing_venv_module_is_said_with_its_remedy(fresh, tmp_path):
    shutil.rmtree(fresh / ".venv")
    python = executable(tmp_path / "bare" / "python3", PYTHON_WITHOUT_VENV)
    result = environment(fresh, PYTHON=str(python))
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    assert result.returncode == 2
    assert f"sudo apt-get install {package}" in result.stderr
    assert not (fresh / ".venv").exists()
