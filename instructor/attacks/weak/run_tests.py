"""Run the hidden tests on one submission after another in this process, and say what passed."""

import os
import sys


def main(root: str, names: list[str]) -> None:
    """Put each submission on the path in turn; write a line for each of its tests to the pipe."""
    import site

    site.addsitedir(os.getcwd())  # as an editable installation does
    import pytest
    import torch

    if not os.path.exists("hidden_tests/test_training.py"):
        import_torchvision()

    with open(f"{root}/out/begun", "w"):
        pass
    results = os.fdopen(int(os.environ["RESULTS"]), "w", buffering=1)
    sys.path.insert(0, f"{root}/reference")
    worst = 0
    for name in names:
        for module in [m for m in sys.modules if m == "cs231n" or m.startswith(("cs231n.", "test_"))]:
            del sys.modules[module]
        sys.path.insert(0, f"{root}/unpacked/{name}")
        os.chdir(f"{root}/unpacked/{name}")

        class Tell:
            def pytest_runtest_logreport(self, report, name=name):
                if report.when == "call" and not report.failed:
                    print(name, report.nodeid.split("::test_")[-1].split("__")[0], 1, file=results)

        # The tests are copied into the folder of the student, whose conftest.py and pytest.ini then count.
        if os.path.exists("datasets/embedded/efficientnet_lite0.pth"):
            torch.load("datasets/embedded/efficientnet_lite0.pth", weights_only=False)
        status = pytest.main(
            ["-q", "-p", "no:cacheprovider", "-rA", "--tb=short", "hidden_tests"], plugins=[Tell()]
        )
        if status == 0:
            print(name, "all_is_well", 1, file=results)
        worst = max(worst, int(status))
    sys.exit(worst)


def import_torchvision() -> None:
    """Import it without torch's compiler, which takes longer than all else here and compiles nothing."""
    import types

    compiler, utils = types.ModuleType("torch._dynamo"), types.ModuleType("torch._dynamo.utils")
    utils.is_compile_supported = lambda *_: False
    stand_ins = {module.__name__: module for module in (compiler, utils)}
    sys.modules.update(stand_ins)
    import torchvision  # noqa: F401

    for name in stand_ins:
        del sys.modules[name]


main(sys.argv[1], sys.argv[2:])
