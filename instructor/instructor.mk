# The instructor's commands, on top of the Makefile's.
#
#   SUBMISSION=path  what to grade: a zip or a folder (default: the reference, composed and packed as a student would)
#   SANDBOX=none     run the submission's code unprotected, and say so in every result
#   LOWEST=path      where test-lowest makes its environment; COLAB=path: where test-colab does
#   GRADE="..."      further options of `python -m instructor grade`
#   FAIR="..."       options of `python -m experiments.study.page`: FAIR=--write puts the figures into the page
#   GOLDEN="..."     which golden outputs: grades, class, release, verify (default: all)
REQUIREMENTS += instructor/requirements.txt
TESTS += instructor/tests experiments/tests
LOWEST = .venv-lowest
COLAB = .venv-colab
export SYSTEM_PACKAGES = instructor/system_packages.sh
GRADE_OPTIONS = $(if $(SANDBOX),--sandbox "$(SANDBOX)") $(GRADE)

.PHONY: grade doctor verify attacks release test-docs test-lowest test-colab similarity golden golden-write test-cluster test-kills test-sandbox scale test-browser bench-grading lint format sandbox test-term fair-answer attacks-crowd

grade: embedded-data sandbox ## grade SUBMISSION=path, or the reference solution when none is given
ifneq ($(SUBMISSION),)
	@$(PY) -m instructor grade "$$SUBMISSION" $(GRADE_OPTIONS)
else
	@echo "No SUBMISSION given: grading the reference solution."
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	$(PY) -m instructor compose --fill reference "$$folder/reference" && \
	PYTHON=$(PY) bash "$$folder/reference/collect_submission.sh" "$$folder/reference.zip" </dev/null && \
	$(PY) -m instructor grade "$$folder/reference.zip" $(GRADE_OPTIONS)
endif

verify: embedded-data sandbox ## measure the grader: untouched 0, right answers full marks, wrong ones caught
	@$(PY) -m instructor verify $(VERIFY)

doctor: environment sandbox ## try which sandboxes work here, and what each keeps from a student's code
	@$(PY) -m instructor doctor

attacks: embedded-data sandbox ## run the hostile collection: nothing gained, leaked, harmed or left (10 minutes)
	@$(PY) -m instructor attacks --alive $(ATTACKS)

attacks-crowd: embedded-data sandbox ## grade 20 honest submissions among 20 hostile ones, four times (10 minutes)
	@$(PY) -m instructor attacks --crowd $(or $(N),20) $(ATTACKS)

release: embedded-data sandbox ## build the students' zip in dist/ and prove it (some minutes)
	@$(PY) -m instructor release $(RELEASE)

test: lint sandbox

similarity: environment ## compare the code of a class: SUBMISSION=folder; a hint, never a part of a score
	@test -x .venv-similarity/bin/compare50 || { $(PY) -m venv .venv-similarity && \
	.venv-similarity/bin/python -m pip install -qq --disable-pip-version-check -r instructor/requirements-similarity.txt; }
	@$(PY) -m instructor similarity "$$SUBMISSION"

golden: embedded-data sandbox ## compare all that the kit writes with what is frozen; GOLDEN="grades class" for parts (minutes)
	@$(PY) -m instructor.golden $(GOLDEN)

golden-write: embedded-data sandbox ## freeze what the kit writes now, for a change that is meant
	@$(PY) -m instructor.golden --write $(GOLDEN)

fair-answer: environment ## compute every figure of docs/fair_comparison.md from its committed results, and compare
	@$(PY) -m experiments.study.page $(FAIR)

test-cluster: embedded-data sandbox ## grade on a Dask cluster of this machine, and lose parts of it (some minutes)
	@$(PY) -c 'import distributed' 2>/dev/null || \
	$(PY) -m pip install -qq --disable-pip-version-check --requirement instructor/requirements-cluster.txt
	@CLUSTER_TESTS=1 $(PY) -m pytest instructor/tests/classroom/test_cluster.py \
	instructor/tests/classroom/test_cluster_commands.py $(PYTEST)

test-kills: embedded-data sandbox ## kill a class run, fill its disk, …: 50 times, and compare its gradebook (minutes)
	@KILLS=$${KILLS:-50} $(PY) -m pytest instructor/tests/classroom/test_class_run.py $(PYTEST)

test-term: embedded-data sandbox ## a term of thirty students on Canvas, Moodle, Gradescope and in folders (minutes)
	@TERM_TESTS=1 $(PY) -m pytest instructor/tests/classroom/test_a_term.py $(PYTEST)

test-sandbox: embedded-data sandbox ## 100,000 malformed frames, 20,000 archives, 50 kills, every limit twice (an hour)
	@FUZZ_FRAMES=100000 FUZZ_ARCHIVES=20000 KILLS=$${KILLS:-50} LONG_TRIALS=1 $(PY) -m pytest $(PYTEST) \
	instructor/tests/sandbox instructor/tests/grading/test_intake.py instructor/tests/classroom/test_bad_luck.py

bench-grading: embedded-data sandbox ## time grading beside nbgrader and otter: eight submissions, five times (an hour); BENCH="..."
	@$(PY) -m benchmarks.grading $(BENCH)

scale: embedded-data sandbox ## grade N=10 made-up submissions of known scores; SCALE="..." for further options
	@$(PY) -m instructor.classroom.scale --count $(or $(N),10) $(SCALE)

test-browser: embedded-data sandbox ## use the kit in a browser as a student does (some minutes)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	bash $(SYSTEM_PACKAGES) chromium
	@$(PY) -c 'import playwright' 2>/dev/null || \
	$(PY) -m pip install -qq --disable-pip-version-check --requirement instructor/requirements-browser.txt
	@BROWSER_TESTS=1 $(PY) -m pytest instructor/tests/browser $(PYTEST)

test-docs: embedded-data sandbox ## run every command that the docs name (some minutes)
	@DOCS_TESTS=1 $(PY) -m pytest instructor/tests/release/test_docs.py $(PYTEST)

test-lowest: embedded-data sandbox ## run the tests on the lowest versions that the requirements admit (5.5 GB)
	@mkdir -p dist && sed -nE 's/^([A-Za-z0-9_.-]+)>=([0-9.]+)[^;]*/\1==\2/p' $(REQUIREMENTS) > dist/lowest.txt
	@bash setup_environment.sh "$(LOWEST)" dist/lowest.txt
	@"$(LOWEST)/bin/python" -m pytest $(TESTS) $(PYTEST)

# Python 3.13 complains of IPython 7, whose warnings are therefore no errors.
test-colab: ## run both notebooks in the versions of Google Colab, where there is a python3.13 in its Python too (5.5 GB)
	@PYTHON="$${PYTHON:-python3.13}" bash setup_environment.sh "$(COLAB)" $(REQUIREMENTS) instructor/requirements-colab.txt
	@PYTHON="$(COLAB)/bin/python" bash datasets/get_datasets.sh --quiet embedded
	@COLAB_TESTS=1 "$(COLAB)/bin/python" -m pytest -rs -W default \
	instructor/tests/release/test_colab.py instructor/tests/package/test_package_explore.py \
	instructor/tests/package/test_package_own_photos.py instructor/tests/package/test_package_start.py \
	instructor/tests/release/test_notebooks.py::test_a_block_that_is_filled_while_the_kernel_runs_is_taken_up_without_a_word $(PYTEST)

lint: environment ## look for mistakes of form
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --check --quiet . || { $(PY) -m ruff format --check . ; echo "Try: make format"; exit 1; } >&2

format: environment ## put the code in form
	@$(PY) -m ruff check --quiet --fix . ; $(PY) -m ruff format --quiet .

sandbox:
ifneq ($(SANDBOX),none)
	@command -v bwrap >/dev/null || bash $(SYSTEM_PACKAGES) bubblewrap || true  # the grader says what can be done without
endif
