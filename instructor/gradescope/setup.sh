#!/usr/bin/env bash
# Gradescope runs this once, as root, while it builds the image: system packages, Python packages, data.
#
# VENV=path uses an environment that is there already, or makes it there.
set -euo pipefail
cd "$(dirname "$0")"

python=$(command -v python3.14 python3.13 python3.12 python3.11 python3 | head -n 1 || true)
if ! "${python:-false}" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  bash instructor/system_packages.sh python3.11 python3.11-venv
  python=python3.11
fi
command -v bwrap >/dev/null || bash instructor/system_packages.sh bubblewrap || true # the grader says what it can do without
PYTHON=$python SYSTEM_PACKAGES=instructor/system_packages.sh \
  bash setup_environment.sh "${VENV:-.venv}" requirements.txt instructor/requirements.txt
PYTHON="${VENV:-.venv}/bin/python" bash datasets/get_datasets.sh --quiet embedded
