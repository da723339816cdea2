#!/usr/bin/env bash
# Installs system packages where that is permitted: as root, or through sudo when it asks for no password.
# Elsewhere it says which command to run, and exits 1.
#
#   bash instructor/system_packages.sh bubblewrap
set -u

for manager in apt-get dnf yum zypper pacman apk; do
  if command -v "$manager" >/dev/null; then break; fi
  manager=
done
case $manager in
  apt-get | dnf | yum) install=("$manager" install -y "$@") ;;
  zypper) install=(zypper --non-interactive install "$@") ;;
  pacman) install=(pacman -Sy --noconfirm "$@") ;;
  apk) install=(apk add "$@") ;;
  *) echo "Please install $* with your system's package manager." >&2; exit 1 ;;
esac

if [ "$(id -u)" = 0 ]; then
  as_root=(env)
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  as_root=(sudo -n env)
else
  echo "Please run: sudo ${install[*]}" >&2
  exit 1
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Installing the system package $* (${install[*]})"
if [ "$manager" = apt-get ]; then "${as_root[@]}" apt-get update >"$log" 2>&1; fi # its failure shows in the next line
if ! "${as_root[@]}" DEBIAN_FRONTEND=noninteractive "${install[@]}" >>"$log" 2>&1; then
  tail -n 5 "$log" >&2
  echo "That did not work. Please install $* yourself: sudo ${install[*]}" >&2
  exit 1
fi
