#!/bin/bash
# Clocks that disagree: a node whose wall clock is 30 s ahead or behind, or is set back a day while it runs,
# works at every rate, pauses and steps with the others; its skew is measured and said.
# shellcheck source=tests/cli/cli.bash
. "$(dirname "$0")/cli.bash"

D=$work/lab
at_end() { [ -d "$D" ] && "$tui" down "$D" >/dev/null 2>&1; }

# A library that shifts the wall clock of the node in DIR by as many seconds as $SKEW/DIR says at the time.
cat >"$work/skew.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char path[4096];

__attribute__((constructor)) static void find_node(void)
{
	static char line[4096];
	const int fd = open("/proc/self/cmdline", O_RDONLY);
	const ssize_t length = read(fd, line, sizeof(line) - 1);
	close(fd);
	for (ssize_t i = 0; i + 7 < length; i++)
		if (strcmp(line + i, "--dir") == 0 && strrchr(line + i + 6, '/') != NULL)
			snprintf(path, sizeof(path), "%s%s", getenv("SKEW"), strrchr(line + i + 6, '/'));
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
	static int (*real)(clockid_t, struct timespec *);
	char text[32] = "";
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	const int result = real(clock, t);
	const int fd = clock == CLOCK_REALTIME && path[0] != 0 ? open(path, O_RDONLY) : -1;
	if (fd >= 0) {
		if (read(fd, text, sizeof(text) - 1) > 0)
			t->tv_sec += atol(text);
		close(fd);
	}
	return result;
}
END
if ldd "$node" | grep -q 'lib[at]san' || ! ${CC:-cc} -shared -fPIC -o "$work/skew.so" "$work/skew.c" -ldl 2>/dev/null; then
	skip "clocks that disagree" "the library that shifts clocks cannot be loaded here"
	exit 0
fi
export SKEW=$work/skews
mkdir "$SKEW"
skewed() { LD_PRELOAD="$work/skew.so" "$@"; }
ahead() { "$tui" ctl "$D" state --json | jq -c "[.nodes[].clock_ahead_us / 1000000 | round + 0]"; }

for skew in 30 -30 86400 -86400; do
	echo $skew >"$SKEW/n3"
	holds "a cluster with a clock $skew s ahead" skewed "$tui" up "$D" -n 3 --rate 1/10
	holds "the skew is measured" [ "$(ahead)" = "[0,0,$skew]" ]
	for id in 3 1 2; do
		holds "n$id proposes" "$tui" ctl "$D" propose $id "v$id"
		holds "and all know it" "$tui" ctl "$D" wait chosen $((id % 3)) "v$id" on all within 10s
	done
	for rate in 1/3 1x 1/10; do
		holds "rate $rate" "$tui" ctl "$D" rate $rate
		holds "n3 proposes at $rate" "$tui" ctl "$D" propose 3 "at $rate"
		holds "and nobody waits at $rate" "$tui" ctl "$D" wait idle within 10s
	done
	holds "pause" "$tui" ctl "$D" pause
	holds "n3 proposes in a pause" "$tui" ctl "$D" propose 3 paused
	before=$("$tui" ctl "$D" state --json | jq '[.nodes[].received] | add')
	holds "steps" "$tui" ctl "$D" step 4
	after=$("$tui" ctl "$D" state --json | jq '[.nodes[].received] | add')
	if [ "$after" -gt "$before" ]; then ok "a step moves messages"; else not_ok "a step moves messages" "$before, $after"; fi
	holds "resume" "$tui" ctl "$D" resume
	holds "what was proposed is chosen" "$tui" ctl "$D" wait chosen 6 paused on all within 20s
	holds "kill it" "$tui" ctl "$D" crash 3
	holds "its clock is right again" rm "$SKEW/n3"
	holds "and it comes back" skewed "$tui" ctl "$D" restart 3
	holds "it proposes" "$tui" ctl "$D" propose 3 right
	holds "and all know that" "$tui" ctl "$D" wait chosen 7 right on all within 10s
	echo -86400 >"$SKEW/n2"
	holds "a clock that is set back while it runs is told in words" eval '"$tui" ctl "$D" state | grep -q "^n2.s clock is 24 h behind$"'
	holds "n2 proposes" "$tui" ctl "$D" propose 2 back
	holds "and all know what n2 proposed" "$tui" ctl "$D" wait chosen 8 back on all within 10s
	rm "$SKEW/n2"
	holds "agreement" "$tui" ctl "$D" expect agreement
	holds "down" "$tui" down "$D"
	rm -rf "$D"
done
exit $bad
