#!/bin/bash
# The test of a test: tests/tools/layers.sh is shown trees that break each of its rules.
set -u
here=$(cd "$(dirname "$0")/../tools" && pwd)
bad=0
CC=${CC:-cc}

tools=$PATH # where the judged judge finds its own
# A tree of one folder with the files x.c, y.c, ..., then the sentence that must be refused (or "ok").
try() { # name, folder, sentence, sources...
	local name=$1 folder=$2 sentence=$3 root letter rule=()
	[ "$sentence" = ok ] || [ "$tools" != "$PATH" ] || rule=("$sentence")
	shift 3
	root=$(mktemp -d "${TMPDIR:-/tmp}/layers.XXXXXX")
	mkdir -p "$root/$folder" "$root/build"
	for letter in x y z; do
		[ $# -gt 0 ] || break
		printf '%s\n' "$1" >"$root/$folder/$letter.c"
		shift
		# shellcheck disable=SC2086 # CC may be two words
		$CC -w -c "$root/$folder/$letter.c" -I"$root" -o "$root/build/$letter.o" 2>/dev/null &&
			ar rcs "$root/build/lib$(echo "$folder" | tr / -).a" "$root/build/$letter.o"
	done
	out=$(ROOT=$root BUILD=build PATH=$tools "$here/layers.sh" "${rule[@]}")
	code=$?
	rm -rf "$root"
	if [ "$sentence" = ok ] && [ $code = 0 ]; then
		echo "ok layers_fail: $name"
	elif [ "$sentence" != ok ] && [ $code = 1 ] && [[ $out == *"not ok layers: $sentence"* ]]; then
		echo "ok layers_fail: $name"
	else
		echo "not ok layers_fail: $name"
		printf '%s\n' "$out" | sed 's/^/    /'
		bad=1
	fi
}

# A rule whose tool breaks has not been kept.
broken=$(mktemp -d "${TMPDIR:-/tmp}/layers.XXXXXX")
trap 'rm -rf "$broken"' EXIT
printf '#!/bin/sh\necho "awk: syntax error" >&2\nexit 2\n' >"$broken/awk"
chmod +x "$broken/awk"
tools=$broken:$PATH
try "a judge that cannot look refuses" proto/core "includes point downward" 'int f(void); int f(void) { return 0; }'
tools=$PATH
for rule in "rooms do not include" "files of a room" "proto needs memory" "libsodium is" "proto has no floating"; do
	if [[ $out == *"not ok layers: $rule"* ]]; then
		echo "ok layers_fail: nor does it pass: $rule"
	else
		echo "not ok layers_fail: it passes what it could not look at: $rule"
		bad=1
	fi
done

pure="proto needs memory"
try "a pure file passes" proto/core ok '#include <string.h>
unsigned long f(const char *s); unsigned long f(const char *s) { return strlen(s); }'
try "core including wire is upward" proto/core "includes point downward" '#include "proto/wire/frame.h"'
try "fault including wire is sideways" proto/fault "includes point downward" '#include "proto/wire/frame.h"'
try "node including tui is refused" node "includes point downward" '#include "tui/option/options.h"'
try "tui including node is refused" tui/command "includes point downward" '#include "node/loop.h"'
try "tui including node/io passes" tui/command ok '#include "node/live/live.h"'
try "an include from elsewhere is refused" tui/command "includes point downward" '#include "../node/io/live.h"'
try "a clock in proto is refused" proto/sim "$pure" '#include <time.h>
long f(void); long f(void) { return time(0); }'
try "stdio in proto is refused" proto/model/judge "$pure" '#include <stdio.h>
void f(void); void f(void) { puts("x"); }'
try "malloc in proto is refused" proto/core "$pure" '#include <stdlib.h>
void *f(void); void *f(void) { return malloc(3); }'
try "a random number in proto is refused" proto/sim "$pure" '#include <stdlib.h>
int f(void); int f(void) { return rand(); }'
try "libsodium outside of wire is refused" proto/member "libsodium is the affair" 'int sodium_init(void);
int f(void); int f(void) { return sodium_init(); }'
try "libsodium in wire passes" proto/wire ok 'int sodium_init(void);
int f(void); int f(void) { return sodium_init(); }'
try "floating point in proto is refused" proto/core "proto has no floating" 'double f(int n); double f(int n) { return n; }'
try "a comment on doubles passes" proto/core ok '/* it doubles; a double
 * vote */ int f(void); int f(void) { return 0; } /* float */'
ring="files of a room do not need each other in a ring"
try "files that need each other downward pass" proto/core ok 'int g(void);
int f(void) { return g(); }' 'int g(void) { return 1; }'
try "two files that need each other are refused" proto/core "$ring" 'int g(void);
int f(void) { return g(); }' 'int f(void); int g(void) { return f(); }'
try "a ring of three is refused" tui/view "$ring" 'int g(void);
int f(void) { return g(); }' 'int h(void); int g(void) { return h(); }' 'int f(void); int h(void) { return f(); }'
exit $bad
