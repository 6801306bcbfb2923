#!/usr/bin/env bash
# One night's work; run it from the repository, after `make findings` has set up .venv once.
set -euo pipefail
lwo=${LWO_COMMAND:-.venv/bin/lwo}
"$lwo" build
"$lwo" run
"$lwo" status
