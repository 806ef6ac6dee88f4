#!/bin/bash
# Sessions of random keys in a simulated cluster, which became tests (tests/unit/dashboard/test_repeat.c), hold with
# processes as well.
. "$(dirname "$0")/cli.bash"
for seed in 14 18 22 24 36; do
	SESSIONS=$seed SAVE=$work/$seed.pxs "$BUILD/tests/test_repeat" >/dev/null 2>&1
	holds "session $seed holds with processes" "$tui" run "$work/$seed.pxs"
done
exit $bad
