#!/usr/bin/env bash
# Makes the Python environment that the commands of the Makefile run in; says nothing when it is there and complete.
#
#   bash setup_environment.sh FOLDER REQUIREMENTS_FILE...
#
# FOLDER/.complete holds the Python version and the requirements that were installed last, and is written at the end:
# other requirements, another Python or an installation that was cut short are noticed and put right by running this
# again. Set PYTHON to choose the Python to start from, SYSTEM_PACKAGES to a script that may install missing packages,
# TORCH_INDEX to the address of a package index that torch and torchvision are to come from, such as PyTorch's own one of
# builds for processors alone: those take a fifth of the space and run nothing on a GPU.
set -u

venv=$1
shift
own_python=$venv/bin/python
stamp=$venv/.complete

main() {
  if [ -s "$stamp" ] && [ "$(wanted "$@")" = "$(cat "$stamp")" ]; then exit 0; fi
  rm -f "$stamp"
  if ! usable; then create; fi
  local options=() file
  for file in "$@"; do options+=(--requirement "$file"); done
  echo "Installing the packages of $* into $venv: $(size), once; this takes minutes"
  if spare_gpu_parts; then
    echo "Of these, 4 GB are for NVIDIA GPUs, and none was found here. To do without: Ctrl-C, then the same command with" \
      "TORCH_INDEX=ADDRESS, the address that PyTorch's own install page names for \"CPU\"."
  fi
  if [ -n "${TORCH_INDEX:-}" ]; then
    sed -nE 's/^(torch(vision)?[<>=!~].*)$/\1/p' "$@" >"$venv/torch.txt"
    "$own_python" -m pip install -qq --disable-pip-version-check --index-url "$TORCH_INDEX" \
      --requirement "$venv/torch.txt" ||
      fail "torch and torchvision could not be installed from TORCH_INDEX=$TORCH_INDEX; pip's message is above."
  fi
  "$own_python" -m pip install -qq --disable-pip-version-check "${options[@]}" ||
    fail "pip could not install them; its message is above. Check the network, the index and proxy that" \
      "'$own_python -m pip config list' shows, and the free disk space. Then run this again: it goes on from there."
  "$own_python" -c 'import torch, torchvision' ||
    fail "torch and torchvision do not work together in $venv; the reason is above. Most often they came from two" \
      "different indexes: remove $venv and install both from one."
  wanted "$@" >"$stamp"
}

# How much space it will take, as measured on Linux; elsewhere PyTorch comes without parts for GPUs.
size() {
  if [ "$(uname)" = Linux ] && [ -z "${TORCH_INDEX:-}" ]; then echo "about 5 GB"; else echo "about 1 GB"; fi
}

spare_gpu_parts() {
  [ "$(uname)" = Linux ] && [ -z "${TORCH_INDEX:-}" ] && [ ! -e /dev/nvidiactl ] && [ ! -e /dev/dxg ]
}

# What a complete environment has in its stamp; empty when its Python does not run.
wanted() {
  "$own_python" -c 'import sys; print("Python", *sys.version_info[:2])' 2>/dev/null || return
  if [ -n "${TORCH_INDEX:-}" ]; then echo "torch from $TORCH_INDEX"; fi
  cat "$@"
}

usable() { "$own_python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

create() {
  if [ -n "$(ls -A "$venv" 2>/dev/null)" ] && [ ! -f "$venv/pyvenv.cfg" ] && [ "$venv" != .venv ]; then
    fail "$venv is a folder with other things in it, not an environment. Give another one: make VENV=path ..."
  fi
  find_python
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    local package
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    { [ -n "${SYSTEM_PACKAGES:-}" ] && bash "$SYSTEM_PACKAGES" "$package"; } ||
      fail "$python comes without its venv module. On Debian and Ubuntu 'sudo apt-get install $package' adds it." \
        "Then run this again."
  fi
  echo "Making the environment $venv with $("$python" --version)"
  "$python" -m venv --clear "$venv" || fail "the environment $venv could not be made; the reason is above."
}

find_python() {
  local found=
  for python in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then return; fi
    found=${found:-$("$python" --version 2>/dev/null)}
  done
  found=${found:+only $found}
  fail "Python 3.11 or newer is needed; ${found:-none} was found. Install one, or name it: make PYTHON=path ..."
}

fail() {
  echo "setup_environment.sh: $*" >&2
  exit 1
}

main "$@"
