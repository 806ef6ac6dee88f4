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

floor() { # of a folder
	case $1 in
	proto/core) echo 0 ;;
	proto/wire | proto/fault) echo 1 ;;
	proto/model) echo 1.5 ;; # on floor 1 too, and reads the link rules of fault
	proto/member) echo 2 ;;
	proto/sim) echo 3 ;;
	proto/scenario) echo 4 ;;
	node/io) echo 5 ;;
	node | tui) echo 6 ;;
	tests) echo 7 ;;
	esac
}

below() { # a, b: tenths of a floor, as whole numbers
	local a=${1/.5/5} b=${2/.5/5}
	[ "$1" = "$a" ] && a+=0
	[ "$2" = "$b" ] && b+=0
	[ "$a" -lt "$b" ]
}

# file:line of every quoted include that goes up, sideways, or nowhere
upward() {
	local folder here there file line path target
	for folder in proto/core proto/wire proto/fault proto/model proto/member proto/sim \
		proto/scenario node/io node tui; do
		here=$(floor $folder)
		grep -Hn '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' $folder/*.[ch] $folder/*.def \
			2>/dev/null | while IFS=: read -r file line path; do
			path=${path#*\"}
			path=${path%%\"*}
			target=${path%/*}
			there=$(floor "$target")
			if [ "$target" = "$folder" ]; then continue; fi
			if [ -z "$there" ]; then
				echo "$file:$line: \"$path\" is not written from the root"
			elif ! below "$there" "$here"; then
				echo "$file:$line: floor $here includes \"$path\" of floor $there"
			fi
		done
	done
}

# what all archives of proto need and none of them has
foreign() {
	local all=("$BUILD"/libproto-*.a)
	comm -23 <(nm -u "${all[@]}" 2>/dev/null | awk '$1 == "U" { print $2 }' | sort -u) \
		<(nm --defined-only "${all[@]}" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u)
}

# from string.h and assert.h, snprintf, and what compilers put in on their own: checks, and integer
# arithmetic that the processor lacks
pure='^(mem(cpy|move|set|cmp|chr|rchr|mem|pcpy)|str(len|nlen|cmp|ncmp|cpy|ncpy|cat|ncat|chr|rchr|str|spn|cspn|pbrk)|stpcpy|v?snprintf|__assert_fail|__stack_chk_fail|__(mem|str|stp)[a-z]+_chk|__v?snprintf_chk|__(popcount|clz|ctz|ffs|parity|bswap|u?div|u?mod|u?divmod|mul|ash[lr]|lshr|neg|u?cmp)[sdt]i[234]|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan|tsan|sanitizer|sancov|gcov)_.*)$'

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

# sources without comments and strings
floats() {
	local file
	for file in proto/*/*.[ch]; do
		[ -f "$file" ] || continue
		sed -e 's|"[^"]*"||g' -e 's|//.*||' "$file" |
			awk -v f="$file" '{ while (match($0, /\/\*.*\*\//)) $0 = substr($0, 1, RSTART - 1) substr($0, RSTART + RLENGTH) }
				inside { if (sub(/.*\*\//, "")) inside = 0; else next }
				{ if (match($0, /\/\*/)) { inside = 1; $0 = substr($0, 1, RSTART - 1) } }
				/(^|[^a-z_A-Z0-9])(float|double|malloc|calloc|realloc|alloca)([^a-z_A-Z0-9]|$)/ { print f ":" FNR ": " $0 }'
	done
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
