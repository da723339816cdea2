"""Every test that SECURITY.md names is there."""

import re

from instructor.core.tasks import ROOT

PAGE = (ROOT / "instructor" / "SECURITY.md").read_text(encoding="utf-8")
TESTS = ROOT / "instructor" / "tests"


def test_each_promise_names_tests_that_there_are():
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and ".py`" in line.replace("::", "`")]
    assert len(rows) >= 14
    for row in rows:
        file = ""
        for name in re.findall(r"`((?:test_\w+\.py)?(?:::)?(?:test_\w+)?)`", row):
            file, _, test = (file + name if name.startswith("::") else name).partition("::")
            (place,) = TESTS.rglob(file)
            source = place.read_text(encoding="utf-8")
            assert not test or f"def {test}(" in source, name
        assert file


def test_the_pages_that_it_names_are_there():
    for name in re.findall(r"`((?:instructor/)?[a-z_/]+\.(?:toml|txt|py))`", PAGE):
        places = [ROOT / name, ROOT / "instructor" / name, *TESTS.rglob(name)]
        assert any(place.exists() for place in places), name
