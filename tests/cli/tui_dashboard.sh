#!/bin/bash
# The dashboard as a person uses it: in a real terminal (tmux), by its keys.
. "$(dirname "$0")/tui.bash"

# --- simulated
open 80 24 "$tui --sim --seed 7"
check "a simulated cluster says SIM" shows 'SIM 1/100x'
proposed apple
check "a proposed value is chosen" shows 'n5 ★ .* 1\.1 apple +apple'
press 2
check "the log shows it" shows '0 1\.1 apple .*apple at 1\.1'
press 4
check "space-time shows it" shows '▓ apple'
press Escape
shows 'WIRE'
press '?'
check "help opens" shows 'HELP'
say 'crash'
check "help can be searched" shows 'HELP with "crash"'
press Escape
check "Esc goes up one level" shows 'NODES'
press :
say 'cu'
press Tab
say '1 2 bo'
press Tab
check "the prompt completes" shows ':cut 1 2 both'
check "and shows how the command is written" shows 'cut A B \[both\]'
press Enter
check "a command does what it says" shows 'n1 ◆ .*CUT'
press z
check "z heals" hides 'n1 ◆ .*CUT'
press u
check "u takes it back" shows 'n1 ◆ .*CUT'
press : Up
check "the prompt remembers" shows ':cut 1 2 both'
press Escape
press :
shows '^ :' && say 'help cut' && press Enter
check "a word is explained in a popup" shows 'lose every message from A to B'
press Escape
hides 'lose every message|ROLE +PID'
press :
shows '^ :' && say 'state' && press Enter
check "so is the state" shows 'ROLE +PID +PROMISED'
press Escape
hides 'lose every message|ROLE +PID'
press :
shows '^ :' && say 'evidence' && press Enter
check "evidence is the view of it" shows 'EVIDENCE'
press Escape
check "and Esc leads back" shows 'WIRE'
press c Space
check "the matrix shows the cut" shows 'n1 → n2  open'
press 2
check "a preset splits the cluster" shows 'n4 ● +╳ +╳ +╳'
press Escape
press z Space
check "time can be paused" shows 'SIM PAUSED'
press Space ]
check "and sped up" shows '1/50x'
tm resize-window -x 120 -y 40
check "a larger terminal shows the log and a node" shows 'LOG'
tm resize-window -x 20 -y 5
check "20x5 still says something" shows 'SAFETY OK'
tm resize-window -x 80 -y 24
check "and back" shows 'WHY'
press q
check "q asks" shows 'Quit this simulation'
press n
check "n stays" hides 'Quit this'
press q
shows 'Quit this' && press y
check "y quits with 0" shows 'EXIT 0'
check "the terminal is as it was" shows '^icanon'

# --- live
open 80 24 "$tui --dir $work/a"
check "five nodes come up" shows 'n5 ★ +acceptor'
proposed pear
check "real processes choose it" shows 'n5 ★ .* 1\.1 pear +pear'
press K
check "K asks" shows 'Crash n1'
press y
check "the node is down" shows 'n1 ◆ +DOWN'
press K
shows 'Restart n1' && press y
check "the node comes back and knows" shows 'n1 ◆ +acceptor +1\.1 +1\.1 pear +pear'
press j S
check "a process can be stopped" shows 'n2 ■ +STOPPED'
press S
check "and continued" shows 'n2 ■ +acceptor'
press C-c
check "Ctrl-C ends with 130" shows 'EXIT 130'
check "and restores the terminal" shows '^icanon'
check "and ends the nodes" no_nodes

open 80 24 "exec $tui --dir $work/b"
shows 'n5 ★ +acceptor'
pid=$(tm list-panes -F '#{pane_pid}')
check "it runs in a process of its own" test "$(ps -o comm= -p "$pid")" = paxos-tui
kill -9 "$pid"
check "no node survives a dashboard that is killed" no_nodes

open 80 24 "$tui --dir $work/c"
shows 'n5 ★ +acceptor'
pid=$(pgrep -f -- "^$tui --dir $work/c" | head -n 1)
check "SIGTERM reaches it" kill -TERM "$pid"
check "SIGTERM restores the terminal" shows '^icanon'
check "and ends the nodes" no_nodes

# --- attached
"$tui" up "$work/d" -n 3 >/dev/null 2>"$work/err" || cat "$work/err"
open 80 24 "$tui attach $work/d --read-only"
check "an attached dashboard shows the cluster" shows 'n3 ▲ +acceptor'
check "and that it is read-only" shows 'READ-ONLY|read-only|READ'
press p
check "and says why it cannot act" shows 'read-only: '
press Q
check "it leaves" shows 'EXIT 0'
check "and the cluster runs on" test "$(nodes_running)" = 3
close_terminal
"$tui" down "$work/d" >/dev/null 2>&1
check "until it is taken down" no_nodes
terminal=$((terminal + 1))

# --- terminals
open 80 24 "$tui --sim --ascii"
shows 'SAFETY OK'
check "--ascii needs nothing else" test -z "$(screen | tr -d '\n -~')"
say ':propose 1 äb'
press Enter
check "and shows other letters as bytes" shows '\\xc3\\xa4b'
open 80 24 "TERM=vt100 $tui --sim"
shows 'SAFETY OK'
check "vt100 is drawn in ASCII" test -z "$(screen | tr -d '\n -~')"
open 80 24 "NO_COLOR=1 $tui --sim"
shows 'SAFETY OK'
check "NO_COLOR is obeyed" test -z "$(tm capture-pane -pe | grep -oE $'\033''\[[0-9;]*(3[0-8]|9[0-7])[0-9;]*m')"
open 80 24 "NO_COLOR= $tui --sim"
shows 'SAFETY OK'
colours() { tm capture-pane -pe | grep -qE $'\033''\[[0-9;]*'"$1"; } # as they begin
check "an empty NO_COLOR is none" colours '(3[0-8]|9[0-7])[0-9;]*m'
open 80 24 "TERM=xterm-256color $tui --sim"
shows 'SAFETY OK'
press -H $(printf '\033]11;rgb:ffff/ffff/f0f0\033\\' | od -An -v -tx1)
light() { for _ in {1..100}; do colours '48;5;231m' && return 0; pause 0.05; done; return 1; }
check "a terminal that says it is light gets the light theme" light
press t
check "t is the next theme" shows 'theme high-contrast'
press -H $(printf '\033]11;rgb:ffff/ffff/f0f0\033\\' | od -An -v -tx1)
press t
check "and the choice stays" shows 'theme mono'
open 80 24 "TERM=xterm-256color $tui --sim --theme default"
shows 'SAFETY OK'
press -H $(printf '\033]11;rgb:ffff/ffff/f0f0\033\\' | od -An -v -tx1)
press t
check "so does the one that was asked for" shows 'theme light'
open 80 24 "TERM=no-such-terminal $tui --sim"
check "an unknown terminal gets a sentence" shows 'terminal type "no-such-terminal" is not known'
check "and 2" shows 'EXIT 2'
open 80 24 "TERM=dumb $tui --sim"
check "TERM=dumb gets plain lines" shows 'sim.*: 5 nodes'
open 80 24 "$tui --sim --plain --rate unlimited"
check "--plain has a menu" shows '1 propose 1 apple'
say 1
press Enter
check "and tells each event" shows 'apple is CHOSEN'
say 9
press Enter
check "and quits" shows 'EXIT 0'
printf 'propose 1 fig\nwait chosen 0 fig within 5s\nquit\n' | timeout 20 "$tui" --sim --rate unlimited >"$work/out" 2>&1
check "a pipe is no terminal" grep -q 'fig is CHOSEN' "$work/out"
check "and gets no escape sequence" test -z "$(tr -d '\n -~' <"$work/out")"
exit $failed
