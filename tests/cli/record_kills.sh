#!/bin/bash
# Two of the kills of tests/tools/kills.sh, of which `make sweep` makes fifty.
cd "$(dirname "$0")/../.." || exit 2
KILLS=2 tests/tools/kills.sh
