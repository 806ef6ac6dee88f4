#!/bin/bash
# Floors: an include points downward, and proto stays pure. Reads the sources and, for what they
# need from the C library, the archives in $BUILD. $ROOT is the tree to judge.
set -u
cd "${ROOT:-$(dirname "$0")/..}" || exit 2
BUILD=${BUILD:-build}
bad=0

fail() { # what, then the lines that show it
	echo "not ok layers: $1"
	printf '%s\n' "$2" | sed 's/^/    /'
	bad=1
}

verdict() { # what, offending lines
	if [ -n "$2" ]; then fail "$1" "$2"; else echo "ok layers: $1"; fi
}

sources() { # folders: their files
	local folder
	for folder; do
		find "$folder" -maxdepth 1 -name '*.[ch]' -o -maxdepth 1 -name '*.def'
	done 2>/dev/null
}

# Every quoted include that goes up, sideways, or is not written from the root. The model is on floor
# 1 like the link rules of fault that it reads.
upward() {
	sources proto/core proto/wire proto/fault proto/model proto/member proto/sim proto/scenario \
		node/io node tui | xargs -r awk '
		BEGIN {
			floor["proto/core"] = 0
			floor["proto/wire"] = floor["proto/fault"] = 1
			floor["proto/model"] = 1.5
			floor["proto/member"] = 2
			floor["proto/sim"] = 3
			floor["proto/scenario"] = 4
			floor["node/io"] = 5
			floor["node"] = floor["tui"] = 6
			floor["tests"] = 7
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
			if (!(to in floor))
				print FILENAME ":" FNR ": \"" path "\" is not written from the root"
			else if (floor[to] >= floor[from])
				print FILENAME ":" FNR ": a floor below or beside \"" path "\" includes it"
		}'
}

# what all archives of proto need and none of them has
foreign() {
	local all=("$BUILD"/libproto-*.a)
	comm -23 <(nm -u "${all[@]}" 2>/dev/null | awk '$1 == "U" { print $2 }' | sort -u) \
		<(nm --defined-only "${all[@]}" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u)
}

# from string.h and assert.h, snprintf, and what compilers put in on their own: checks, bcmp for a
# memcmp of which only the zero counts, and integer
# arithmetic that the processor lacks
pure='^(bcmp|mem(cpy|move|set|cmp|chr|rchr|mem|pcpy)|str(len|nlen|cmp|ncmp|cpy|ncpy|cat|ncat|chr|rchr|str|spn|cspn|pbrk)|stpcpy|v?snprintf|__assert_fail|__stack_chk_fail|__(mem|str|stp)[a-z]+_chk|__v?snprintf_chk|__(popcount|clz|ctz|ffs|parity|bswap|u?div|u?mod|u?divmod|mul|ash[lr]|lshr|neg|u?cmp)[sdt]i[234]|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan|tsan|sanitizer|sancov|gcov)_.*)$'

impure() {
	foreign | grep -Ev "$pure" | grep -Ev '^(crypto_|sodium_|randombytes_)' |
		while read -r symbol; do
			echo "$symbol, in $(nm -Au "$BUILD"/libproto-*.a 2>/dev/null |
				awk -v s="$symbol" '$NF == s { sub(/:[^:]*$/, "", $1); print $1 }' |
				sed 's/:$//' | sort -u | tr '\n' ' ')"
		done
}

sodium() {
	foreign | grep -E '^(crypto_|sodium_|randombytes_)' | while read -r symbol; do
		nm -Au "$BUILD"/libproto-*.a 2>/dev/null | grep -v '/libproto-wire\.a:' | grep -w "$symbol"
	done
}

# comments and strings do not count
floats() {
	sources proto/core proto/wire proto/fault proto/model proto/member proto/sim proto/scenario |
		xargs -r awk '
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

verdict "includes point downward" "$(upward)"
missing=
for folder in proto/*/; do
	name=$BUILD/lib$(echo "${folder%/}" | tr / -).a
	ls "$folder"*.c >/dev/null 2>&1 && [ ! -f "$name" ] && missing+="$name is not built"$'\n'
done
verdict "every folder of proto has its archive" "$missing"
verdict "proto needs memory, strings, snprintf and assert, nothing else" "$(impure)"
verdict "libsodium is the affair of proto/wire" "$(sodium)"
verdict "proto has no floating point and allocates nothing" "$(floats)"
exit $bad
