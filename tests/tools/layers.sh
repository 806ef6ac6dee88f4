#!/bin/bash
# Rooms: an include goes only where its room may go, files of a room do not call each other in rings,
# and proto stays pure. Reads the sources and, for what they need of each other and of the C library,
# the archives in $BUILD. $ROOT is the tree to judge. Arguments: beginnings of rules; only these are judged.
set -u
cd "${ROOT:-$(dirname "$0")/../..}" || exit 2
BUILD=${BUILD:-build}
wanted=("${@:-}")
bad=0

fail() { # what, then the lines that show it
	echo "not ok layers: $1"
	printf '%s\n' "$2" | sed 's/^/    /'
	bad=1
}

# A rule tells what offends it. What its tools complain of counts as well: a rule that could not look
# has not been kept.
verdict() { # what, the rule
	local offending rule asked=
	for rule in "${wanted[@]}"; do [[ $1 == "$rule"* ]] && asked=yes; done
	[ -n "$asked" ] || return
	offending=$("$2" 2>&1)
	if [ -n "$offending" ]; then fail "$1" "$offending"; else echo "ok layers: $1"; fi
}

sources() { # folders: their files
	find "$@" -maxdepth 1 '(' -name '*.[ch]' -o -name '*.def' ')' 2>/dev/null
}

# The rooms, each with the rooms that it may include. Nothing else is allowed, not even what one of
# those includes: a room says itself what it builds on.
model='proto/model/base proto/model/fold proto/model/judge proto/model/say'
proto="proto/core proto/wire proto/fault $model proto/member proto/check proto/sim proto/scenario"
rooms() {
	cat <<-END
	proto/core:
	proto/wire: proto/core
	proto/fault: proto/core
	proto/model/base: proto/core proto/wire
	proto/model/say: proto/model/base proto/core proto/fault
	proto/model/judge: proto/model/base proto/core proto/fault
	proto/model/fold: proto/model/judge proto/model/base proto/core proto/wire proto/fault
	proto/member: proto/core proto/wire proto/fault
	proto/check: proto/core proto/fault
	proto/sim: proto/core proto/wire proto/fault $model proto/member
	proto/scenario: proto/core proto/wire proto/fault $model
	node/io: proto/core proto/wire
	node/store: node/io proto/core proto/wire proto/member
	node/journal: node/io proto/core proto/wire proto/member
	node: node/journal node/store node/io $proto
	node/live: node/store node/io $proto
	node/record: node/io $proto
	node/prove: node/journal node/record node/store node/io $proto
	tui/screen: node/io proto/core
	tui/report: node/io $proto
	tui/option: tui/report tui/screen node/io $proto
	tui/view: tui/screen $proto
	tui/print: tui/option tui/view tui/report node/record $proto
	tui/dashboard: tui/print tui/view tui/screen tui/option tui/report node/io node/live node/prove node/record $proto
	tui/command: tui/print tui/dashboard tui/view tui/option tui/report tui/screen node/io node/live node/prove node/record $proto
	END
}

# Every quoted include that goes where its room may not, or is not written from the root.
astray() {
	# shellcheck disable=SC2046 # folders have no spaces
	sources $(rooms | cut -d: -f1) | xargs -r awk -v rooms="$(rooms)" '
		BEGIN {
			n = split(rooms, line, "\n")
			for (i = 1; i <= n; i++) {
				split(line[i], part, ":")
				known[part[1]] = 1
				k = split(part[2], below, " ")
				for (j = 1; j <= k; j++)
					may[part[1], below[j]] = 1
			}
		}
		/^[ \t]*#[ \t]*include[ \t]*"/ {
			path = $0
			sub(/^[^"]*"/, "", path)
			sub(/".*/, "", path)
			from = FILENAME
			to = path
			sub(/\/[^\/]*$/, "", from)
			sub(/\/[^\/]*$/, "", to)
			if (from == to)
				next
			if (!(to in known))
				print FILENAME ":" FNR ": \"" path "\" is not written from the root"
			else if (!((from, to) in may))
				print FILENAME ":" FNR ": " from " may not include \"" path "\""
		}'
}

# The archives of rooms that are there, and not those that an earlier build has left.
archives() { # the beginning of a room's name
	local room
	for room in $(rooms | cut -d: -f1 | grep "^$1"); do
		[ -f "$BUILD/lib${room//\//-}.a" ] && echo "$BUILD/lib${room//\//-}.a"
	done
}

# what all archives of proto need and none of them has
foreign() {
	local all
	mapfile -t all < <(archives proto)
	comm -23 <(nm -u "${all[@]}" 2>/dev/null | awk '$1 == "U" { print $2 }' | sort -u) \
		<(nm --defined-only "${all[@]}" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u)
}

# from string.h and assert.h, snprintf, and what compilers put in on their own: checks, bcmp for a
# memcmp of which only the zero counts, and integer
# arithmetic that the processor lacks
pure='^(bcmp|mem(cpy|move|set|cmp|chr|rchr|mem|pcpy)|str(len|nlen|cmp|ncmp|cpy|ncpy|cat|ncat|chr|rchr|str|spn|cspn|pbrk)|stpcpy|v?snprintf|__assert_fail|__stack_chk_fail|__(mem|str|stp)[a-z]+_chk|__v?snprintf_chk|__(popcount|clz|ctz|ffs|parity|bswap|u?div|u?mod|u?divmod|mul|ash[lr]|lshr|neg|u?cmp)[sdt]i[234]|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan|tsan|sanitizer|sancov|gcov)_.*)$'

# Symbols, a line each: where each is needed, "ARCHIVE:OBJECT: SYMBOL".
needed() {
	awk 'FILENAME == "-" { wanted[$0]; next } $NF in wanted { print $1, $NF }' - <(
		archives proto | xargs -r nm -Au 2>/dev/null
	)
}

impure() {
	foreign | grep -Ev "$pure" | grep -Ev '^(crypto_|sodium_|randombytes_)' | needed | sort -u
}

sodium() {
	foreign | grep -E '^(crypto_|sodium_|randombytes_)' | needed | grep -v '/libproto-wire\.a:'
}

# Files of a room that need each other in a ring, as tsort finds them: primitives lie below, one
# driver above.
rings() {
	archives '' | xargs -r nm -A -g 2>/dev/null | awk '
		NF < 2 { next }
		{
			split($1, part, ":")
			object = part[1] ":" part[2]
			if ($(NF - 1) == "U")
				need[part[1], object, $NF]
			else
				home[part[1], $NF] = object
		}
		END {
			for (symbol in need) {
				split(symbol, side, SUBSEP)
				if ((side[1], side[3]) in home)
					print side[2], home[side[1], side[3]]
			}
		}' | sort -u | tsort 2>&1 >/dev/null | sed -n 's/^tsort: \([^:]*:[^:]*\.o\)$/\1/p' | sort -u
}

# comments and strings do not count
floats() {
	# shellcheck disable=SC2086 # one argument a room
	sources $proto | xargs -r awk '
		FNR == 1 { inside = 0 }
		{
			gsub(/"[^"]*"/, "")
			if (inside) {
				if (!sub(/^.*\*\//, ""))
					next
				inside = 0
			}
			gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "")
			sub(/\/\/.*/, "")
			if (sub(/\/\*.*/, ""))
				inside = 1
		}
		/(^|[^a-z_A-Z0-9])(float|double|malloc|calloc|realloc|alloca)([^a-z_A-Z0-9]|$)/ {
			print FILENAME ":" FNR ": " $0
		}'
}

room_rings() {
	rooms | awk '{ sub(/:/, "", $1)
		for (i = 2; i <= NF; i++) print $1, $i }' | tsort 2>&1 >/dev/null
}

unbuilt() {
	local folder name
	for folder in $(find proto -name '*.c' 2>/dev/null | sed 's,/[^/]*$,,' | sort -u); do
		name=$BUILD/lib$(echo "$folder" | tr / -).a
		[ -f "$name" ] || echo "$name is not built"
	done
}

verdict "includes point downward" astray
verdict "rooms do not include each other in a ring" room_rings
verdict "files of a room do not need each other in a ring" rings
verdict "every folder of proto has its archive" unbuilt
verdict "proto needs memory, strings, snprintf and assert, nothing else" impure
verdict "libsodium is the affair of proto/wire" sodium
verdict "proto has no floating point and allocates nothing" floats
exit $bad
