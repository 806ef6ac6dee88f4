#!/bin/bash
# The test of a test: tests/layers.sh is shown trees that break each of its rules.
set -u
here=$(cd "$(dirname "$0")" && pwd)
bad=0
CC=${CC:-cc}

# One file in an otherwise empty tree, then the sentence that must be refused (or "ok").
try() { # name, folder, source, sentence
	local root
	root=$(mktemp -d "${TMPDIR:-/tmp}/layers.XXXXXX")
	mkdir -p "$root/$2" "$root/build"
	printf '%s\n' "$3" >"$root/$2/x.c"
	case $2 in proto/*)
		# shellcheck disable=SC2086 # CC may be two words
		$CC -w -c "$root/$2/x.c" -I"$root" -o "$root/build/x.o" 2>/dev/null &&
			ar rcs "$root/build/lib$(echo "$2" | tr / -).a" "$root/build/x.o"
		;;
	esac
	out=$(ROOT=$root BUILD=build "$here/layers.sh")
	code=$?
	rm -rf "$root"
	if [ "$4" = ok ] && [ $code = 0 ]; then
		echo "ok layers_fail: $1"
	elif [ "$4" != ok ] && [ $code = 1 ] && [[ $out == *"not ok layers: $4"* ]]; then
		echo "ok layers_fail: $1"
	else
		echo "not ok layers_fail: $1"
		printf '%s\n' "$out" | sed 's/^/    /'
		bad=1
	fi
}

pure="proto needs memory"
try "a pure file passes" proto/core '#include <string.h>
unsigned long f(const char *s); unsigned long f(const char *s) { return strlen(s); }' ok
try "core including wire is upward" proto/core '#include "proto/wire/frame.h"' "includes point downward"
try "fault including wire is sideways" proto/fault '#include "proto/wire/frame.h"' "includes point downward"
try "node including tui is refused" node '#include "tui/options.h"' "includes point downward"
try "tui including node is refused" tui '#include "node/loop.h"' "includes point downward"
try "tui including node/io passes" tui '#include "node/io/live.h"' ok
try "an include from elsewhere is refused" tui '#include "../node/io/live.h"' "includes point downward"
try "a clock in proto is refused" proto/sim '#include <time.h>
long f(void); long f(void) { return time(0); }' "$pure"
try "stdio in proto is refused" proto/model '#include <stdio.h>
void f(void); void f(void) { puts("x"); }' "$pure"
try "malloc in proto is refused" proto/core '#include <stdlib.h>
void *f(void); void *f(void) { return malloc(3); }' "$pure"
try "a random number in proto is refused" proto/sim '#include <stdlib.h>
int f(void); int f(void) { return rand(); }' "$pure"
try "libsodium outside of wire is refused" proto/member 'int sodium_init(void);
int f(void); int f(void) { return sodium_init(); }' "libsodium is the affair"
try "libsodium in wire passes" proto/wire 'int sodium_init(void);
int f(void); int f(void) { return sodium_init(); }' ok
try "floating point in proto is refused" proto/core 'double f(int n); double f(int n) { return n; }' "proto has no floating"
try "a comment on doubles passes" proto/core '/* it doubles; a double
 * vote */ int f(void); int f(void) { return 0; } /* float */' ok
exit $bad
