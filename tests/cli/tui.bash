# For tests of the dashboard in a real terminal (tmux): sourced by tests/cli/tui_*.sh.
set -u
BUILD=${BUILD:-build}
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
export LC_ALL=C.UTF-8
tui=$BUILD/paxos-tui
work=$(mktemp -d "${TMPDIR:-/tmp}/tui.XXXXXX")
failed=0
# what curses keeps for itself to the end is not ours to free
printf 'leak:libtinfo\nleak:libncursesw\nleak:_nc_\n' >"$work/suppressions"
export LSAN_OPTIONS=suppressions=$work/suppressions:print_suppressions=0

terminal=0 # each has a server of its own: one that ends takes its time
tm() { tmux -S "$work/tmux$terminal" -f /dev/null "$@"; }
# What runs in the terminal ends first: a program whose terminal is closed gets SIGCONT with its SIGHUP,
# and a sanitizer that looks for leaks at that moment waits for ever to be stopped.
close_terminal() {
	local i
	if tm send-keys C-c 2>/dev/null; then
		for i in {1..60}; do
			look && seen '^EXIT ' && break
			tm list-panes >/dev/null 2>&1 || break
			pause 0.05
		done
		tm kill-server 2>/dev/null
	fi
	close_eye
}
trap 'close_terminal; rm -rf "$work"' EXIT

if ! command -v tmux >/dev/null; then
	echo "ok $(basename "$0" .sh) # SKIP tmux is not installed"
	exit 0
fi

ok() { echo "ok $1"; }
not_ok() {
	echo "not ok $1"
	screen | sed 's/^/    /'
	failed=1
}
check() { # name, command...
	local name=$1
	shift
	if "$@"; then ok "$name"; else not_ok "$name"; fi
}

# A terminal of that size in which the command runs; its exit code comes below it.
open() { # columns rows command
	close_terminal
	terminal=$((terminal + 1))
	tm new-session -d -x "$1" -y "$2" "$3; echo EXIT \$?; stty -a | grep -o -e '-*icanon' -e '-*echo '; exec cat"
}

# The screen is looked at often: a client of the terminal that stays is asked for it, so no process is
# started each time.
eye=0 # the terminal at which it looks
exec {never}<> <(:)
pause() { read -rt "$1" -u "$never" || true; } # seconds
answered() { # one command; false: the client is gone, or could not do it
	local line
	while IFS= read -rt 10 -u "$answer" line; do
		case $line in
		%end*) return 0 ;;
		%error* | %exit*) return 1 ;;
		esac
	done
	return 1
}
close_eye() {
	local line
	[ $eye = 0 ] && return
	exec {ask}>&-
	while read -rt 10 -u "$answer" line; do :; done # a server does not end before its clients have heard it
	exec {answer}<&-
	eye=0
}
open_eye() {
	close_eye
	rm -f "$work/ask"
	mkfifo "$work/ask"
	exec {ask}<>"$work/ask"
	exec {answer}< <(exec tmux -u -S "$work/tmux$terminal" -C attach -f no-output,ignore-size <"$work/ask" {ask}>&- 2>&1)
	eye=$terminal
	answered
}
look() { # at the screen: its rows in $row
	row=()
	if [ $eye != $terminal ] && [ $BASH_SUBSHELL != 0 ]; then # it would not stay
		mapfile -t row < <(tm capture-pane -p)
		return
	fi
	[ $eye = $terminal ] || open_eye || return
	echo "capture-pane -b eye ; save-buffer -b eye '$work/screen' ; delete-buffer -b eye" >&"$ask"
	answered && answered && answered && mapfile -t row <"$work/screen"
}
seen() { # pattern: is it in one of these rows?
	local line
	for line in "${row[@]}"; do [[ $line =~ $1 ]] && return 0; done
	return 1
}
screen() { look && printf '%s\n' "${row[@]}"; }
# Esc goes in the form that ends by itself: a busy program reads a lone Esc together with the next key, and
# that is Alt and the key. tests/cli/tui_keys.sh sends the lone one.
press() {
	local key
	case " $* " in *' Escape '*) ;; *) tm send-keys "$@"; return ;; esac
	for key in "$@"; do
		if [ "$key" = Escape ]; then tm send-keys -l $'\033[27u'; else tm send-keys "$key"; fi
	done
}
say() { tm send-keys -l -- "$1"; }
# True as soon as the screen shows it, within twenty seconds.
shows() { # pattern
	local until=$((SECONDS + 20))
	until look && seen "$1"; do
		[ $SECONDS -lt $until ] || return 1
		pause 0.05
	done
}
hides() { # pattern
	local until=$((SECONDS + 20))
	until look && ! seen "$1"; do
		[ $SECONDS -lt $until ] || return 1
		pause 0.05
	done
}
# Nodes that run below our directory for clusters.
nodes_running() { pgrep -fc -- "paxos-node --dir $work" || true; }
no_nodes() {
	local i
	for i in {1..200}; do
		[ "$(nodes_running)" = 0 ] && return 0
		pause 0.05
	done
	return 1
}
proposed() { # node key presses are the caller's; value
	press p
	shows 'proposes the value' && say "$1" && press Enter
}

