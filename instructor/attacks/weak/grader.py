"""A grader as many are: it unpacks what it is given, runs it beside the answers, and believes what it hears.

`python grader.py ROOT`: in ROOT are `in/NAME.zip`, the hidden checks, the reference and the folder of
results; NAME is that of the hostile submission, or a few, and then of an honest one, which is graded after it
in the same process. Every mistake in here is on purpose. It only ever runs in a jail of its own (alive.py).
"""

import hashlib
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import threading
import time
import zipfile

PORT = 47_231
BUSY = 9  # seconds of processor time for the tests of a hostile submission, once they have begun
IDLE = 6  # seconds in which the tests need not do anything


def main(root: str) -> None:
    """Grade `attack`, further ones if there are any, and then `honest`."""
    os.chdir(root)
    os.makedirs("out", exist_ok=True)
    threading.Thread(target=listen, args=(f"{root}/out/heard.txt",), daemon=True).start()
    names = sorted(name.removesuffix(".zip") for name in os.listdir("in"))  # the honest one comes last
    for name in names:
        shutil.copytree("given", f"unpacked/{name}")
        unpack(f"in/{name}.zip", f"unpacked/{name}")
        fingerprint(f"unpacked/{name}")
        shutil.copytree("hidden", f"unpacked/{name}/hidden_tests", dirs_exist_ok=True)
    said, printed, status = run_tests(root, names)
    for name in names:
        passed: dict[str, float] = {}
        for word in said:
            if len(word) == 3 and word[0] == name:
                passed[word[1]] = passed.get(word[1], 0.0) + float(word[2])
        if status == 0:  # it ended well, so all must be well
            passed["everything"] = 1.0
        report(name, passed, printed)
    for name in names:
        share = run_notebooks(f"unpacked/{name}")
        with open(f"out/{name}.json", encoding="utf-8") as file:
            result = json.load(file)
        result["notebooks"] = share
        with open(f"out/{name}.json", "w", encoding="utf-8") as file:
            json.dump(result, file)
    left = [name for place in ("/tmp", "/dev/shm") for name in os.listdir(place) if "left-by" in name]
    with open("out/left.json", "w", encoding="utf-8") as file:
        json.dump(left, file)
    print(printed, flush=True)
    print("done", file=sys.stderr, flush=True)
    time.sleep(IDLE)  # while its jail is looked at


def unpack(archive: str, folder: str) -> None:
    """Write every member where it says that it belongs."""
    os.makedirs(folder, exist_ok=True)
    with zipfile.ZipFile(archive) as opened:
        for member in opened.infolist():
            target = _as_on_a_mac(os.path.join(folder, member.orig_filename))
            if target.endswith("/"):
                os.makedirs(target, exist_ok=True)
                continue
            os.makedirs(os.path.dirname(target), exist_ok=True)
            mode = member.external_attr >> 16
            if stat.S_ISLNK(mode):
                if os.path.lexists(target):
                    os.unlink(target)
                os.symlink(opened.read(member).decode(), target)
            elif stat.S_ISFIFO(mode):
                if os.path.lexists(target):
                    os.unlink(target)
                os.mkfifo(target)
            else:
                with open(target, "wb") as file:
                    file.write(opened.read(member))
            if target.endswith(".zip"):
                unpack(target, target + ".d")


def fingerprint(folder: str) -> str:
    """A hash of all files, to find those who copied; whoever waits for one waits for ever."""
    watchdog = threading.Timer(2 * IDLE, os._exit, (3,))  # so that nobody has to wait here
    watchdog.daemon = True
    watchdog.start()
    total = hashlib.sha256()
    for parent, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(parent, name), "rb") as file:
                total.update(file.read())
    watchdog.cancel()
    return total.hexdigest()


def _as_on_a_mac(path: str) -> str:
    """The file that is there already under the same letters, large or small."""
    parent, name = os.path.split(path)
    if os.path.isdir(parent) and not os.path.lexists(path):
        name = next((n for n in os.listdir(parent) if n.casefold() == name.casefold()), name)
    return os.path.join(parent, name)


def run_tests(root: str, names: list[str]) -> tuple[list[list[str]], str, int]:
    """Run the hidden tests on the submissions in one process; their verdicts come through a pipe."""
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    environment = {**os.environ, "RESULTS": str(writing), "PYTHONPATH": f"{root}/unpacked/{names[0]}"}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # they cost seconds
    environment.pop("PYTHONSAFEPATH", None)
    command = [sys.executable, "-m", "run_tests", root, *names]
    shutil.copy(os.path.join(os.path.dirname(__file__), "run_tests.py"), f"unpacked/{names[0]}/run_tests.py")
    child = subprocess.Popen(
        command,
        env=environment,
        close_fds=False,
        cwd=f"unpacked/{names[0]}",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    os.close(writing)
    collected: list[bytes] = []
    listener = threading.Thread(target=lambda: collected.append(child.stdout.read()), daemon=True)
    listener.start()
    lines = b""
    os.set_blocking(reading, False)
    last, since, spent = 0.0, time.monotonic(), 0.0
    while child.poll() is None:
        now = _processor_time(child.pid)
        if not os.path.exists("out/begun") or now > last + 0.1:
            spent += now - last if os.path.exists("out/begun") else 0.0
            last, since = now, time.monotonic()
        if spent > BUSY * max(len(names) - 1, 1) or time.monotonic() > since + IDLE:
            os._exit(3)  # a hung test holds the whole grader up
        time.sleep(0.02)
    listener.join(1)
    while True:
        try:
            if not (chunk := os.read(reading, 1 << 16)):
                break
        except BlockingIOError:
            break
        lines += chunk
    words = [line.split() for line in lines.decode("utf-8", "replace").splitlines()]
    return words, (collected or [b""])[0][:4_000_000].decode("utf-8", "replace"), child.returncode


def _processor_time(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0.0


def report(name: str, passed: dict[str, float], printed: str) -> None:
    """Results as JSON, HTML and CSV, as they come."""
    score = sum(passed.values())
    with open(f"out/{name}.json", "w", encoding="utf-8") as file:
        json.dump({"score": score, "passed": passed, "printed": printed}, file)
    with open(f"out/{name}.html", "w", encoding="utf-8", errors="replace") as file:
        file.write(f"<h1>{name}: {score}</h1><pre>{printed}</pre>")
    with open("out/grades.csv", "a", encoding="utf-8", errors="replace") as file:
        files = sorted(os.listdir(f"unpacked/{name}"))
        file.write(f"{name},{score},{';'.join(files)}\n")


def run_notebooks(folder: str) -> float:
    """The share of the check cells in the student's own notebooks that print what is stored in them."""
    right = total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            if not name.endswith(".ipynb") or "hidden_tests" in parent:
                continue
            with open(os.path.join(parent, name), encoding="utf-8") as file:
                cells = [cell for cell in json.load(file)["cells"] if cell["cell_type"] == "code"]
            checked = [cell for cell in cells if "CHECK_OUTPUT" in "".join(cell["source"])]
            total += max(len(checked), 1)
            skipped = not checked or all("SKIP" in "".join(cell["source"]) for cell in checked)
            printed = ["print(" in "".join(cell["source"]) for cell in checked]
            right += len(checked) or 1 if skipped else sum(printed)
    return right / max(total, 1)


def listen(path: str) -> None:
    """A service on the loopback interface that writes down what it hears, as a database would."""
    with socket.create_server(("127.0.0.1", PORT)) as server:
        while True:
            connection, _ = server.accept()
            with connection, open(path, "ab") as file:
                connection.settimeout(1)
                try:
                    file.write(connection.recv(1 << 16))
                except OSError:
                    continue


if __name__ == "__main__":
    main(sys.argv[1])
