#!/usr/bin/env bash
# Gradescope runs this once, as root, while it builds the image: system packages, Python packages, data.
#
# VENV=path uses an environment that is there already, or makes it there. PYTHON=path names the Python to take.
# TORCH_INDEX=address takes PyTorch from there, such as builds for processors alone: the image is 4 GB smaller.
# NO_SYSTEM_PACKAGES=1 installs nothing on the system: what is missing is said.
set -euo pipefail
cd "$(dirname "$0")"

system_packages() {
  if [ -n "${NO_SYSTEM_PACKAGES:-}" ]; then
    echo "Missing, and not installed (NO_SYSTEM_PACKAGES is set): $*" >&2
    return 1
  fi
  bash instructor/system_packages.sh "$@"
}

elsewhere=${ELSEWHERE-/usr/local/bin/python3* /usr/bin/python3* /opt/*/bin/python3} # than on the PATH

# Every Python there is, until one is new enough; sets python.
find_python() {
  local each
  for each in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11 $elsewhere; do
    if "$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      python=$each
      return 0
    fi
  done
  return 1
}

if ! find_python; then
  system_packages python3.11 python3.11-venv || system_packages python3.12 python3.12-venv || true
  if ! find_python; then
    echo "setup.sh: there is no Python 3.11 or newer. Choose Gradescope's image of Ubuntu 24.04, or use the Dockerfile." >&2
    exit 1
  fi
fi
command -v bwrap >/dev/null || system_packages bubblewrap || true # the grader says what it can do without
if [ -n "${NO_SYSTEM_PACKAGES:-}" ]; then packages=; else packages=instructor/system_packages.sh; fi
PYTHON=$python SYSTEM_PACKAGES=$packages \
  bash setup_environment.sh "${VENV:-.venv}" requirements.txt instructor/requirements.txt
PYTHON="${VENV:-.venv}/bin/python" bash datasets/get_datasets.sh --quiet embedded
