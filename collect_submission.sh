#!/usr/bin/env bash
# Packs your work for hand-in: the modules with your code and the notebooks, nothing else.
#
#   bash collect_submission.sh [NAME.zip]     (default: submission.zip, beside this script)
#
# It packs nothing and says why when a file is missing, a marker line was changed or a notebook is damaged. An older
# file of that name is kept as NAME.zip.bak-1, -2, ... Set PYTHON to choose the Python that it uses (3.9 or newer).
set -u

here=$(cd "$(dirname "$0")" && pwd) || exit 1
for python in ${PYTHON:+"$PYTHON"} ${VIRTUAL_ENV:+"$VIRTUAL_ENV/bin/python"} "$here/.venv/bin/python" python3 python; do
  if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then break; fi
  python=
done
if [ -z "$python" ]; then
  echo "collect_submission.sh: no Python 3.9 or newer was found. Run 'make lab' once, or set PYTHON to its path." >&2
  exit 1
fi
# Only cs231n/ is taken from this folder, and behind Python's own modules: a json.py of yours stays yours.
exec "$python" -I -S -B -W ignore -c '
import sys
sys.path.append(sys.argv[1])
try:
    from cs231n.submit import main
except (ImportError, SyntaxError, ValueError) as error:
    print(f"collect_submission.sh: cs231n/ is not complete, or damaged ({error}).", file=sys.stderr)
    print("collect_submission.sh: nothing was packed. Copy its given files back from the zip.", file=sys.stderr)
    sys.exit(1)
sys.exit(main(sys.argv[2:]))
' "$here" "$@"
