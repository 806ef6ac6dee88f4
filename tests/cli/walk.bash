# For the ten walks, tests/cli/walk_NN_*.sh: what a lecturer, a student and an engineer do at the screen, step
# by step, by keys alone, in 80 columns and 24 rows. They wait for what the screen shows and never for a time, so
# that they hold on a machine that has no time for them.
. "$(dirname "${BASH_SOURCE[0]}")/tui.bash"
export XDG_STATE_HOME=$work/state

# A simulated cluster, the same one each time, with time that runs as fast as it can.
begin() { # options...
	open 80 24 "$tui --sim --seed 7 --rate unlimited $*"
	shows 'SAFETY OK'
}
# A command at the : prompt.
command() { # line
	press :
	shows '^ :' && say "$1" && shows "^ :.*${1: -8}" && press Enter && hides '^ :'
}
# Several of them, pasted: they are asked for once and run one after the other.
commands() { # lines
	press :
	shows '^ :' && tm set-buffer "$1" && tm paste-buffer -p && shows 'Run these' && press y && hides 'Run these'
}
# A popup is closed: Esc and a key at once would be Alt and the key.
shut() { # pattern of what it shows
	press Escape
	hides "$1"
}
# Presses the key until the screen shows it; each time only once the screen has changed.
press_until() { # key pattern times
	local i before
	for i in $(seq "$3"); do
		screen | grep -qE -- "$2" && return 0
		before=$(screen)
		press "$1"
		for _ in $(seq 40); do
			[ "$(screen)" != "$before" ] && break
			sleep 0.05
		done
	done
	shows "$2"
}
# A row of the screen that has the first has the second, too.
row() { # pattern pattern
	local i
	for i in $(seq 200); do
		screen | grep -E -- "$1" | grep -qE -- "$2" && return 0
		sleep 0.05
	done
	return 1
}
