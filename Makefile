# Every command sets up what it needs the first time, and says nothing about it the next. `make` alone lists them.
#
#   VENV=path    where the Python environment is; give the same one to several checkouts to share it
#   PYTHON=path  the Python (3.11 or newer) to make it with
SHELL := bash
VENV ?= .venv
export PYTHON ?=
PY = "$(VENV)/bin/python"
REQUIREMENTS = requirements.txt
TESTS = tests
DATA = embedded

.DEFAULT_GOAL := help
.PHONY: help lab test submit data environment embedded-data

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1#\2/p' $(MAKEFILE_LIST) | awk -F'#' '{printf "%-20s %s\n", $$1, $$2}'

lab: embedded-data ## open JupyterLab on the notebooks
	@$(PY) -m jupyterlab --LabApp.default_url=/lab/tree/notebooks $(if $(filter 0,$(shell id -u)),--allow-root) $(LAB)

test: embedded-data ## run the public checks on your code
	@$(PY) -m pytest $(TESTS) $(PYTEST)

submit: ## pack submission.zip
	@bash collect_submission.sh

data: environment ## fetch data sets: make data DATA="cifar10 imagenet_val_25 squeezenet1_1"
	@PYTHON=$(PY) bash datasets/get_datasets.sh $(DATA)

environment:
	@bash setup_environment.sh "$(VENV)" $(REQUIREMENTS)

embedded-data: environment
	@PYTHON=$(PY) bash datasets/get_datasets.sh --quiet embedded

-include instructor/instructor.mk
