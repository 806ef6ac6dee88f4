#!/bin/bash
# Search moves the cursor, a filter shows only what passes, Enter opens what is under the cursor, Esc
# returns, and y copies: in a real terminal, in every list.
. "$(dirname "$0")/tui.bash"
export XDG_STATE_HOME=$work/state
command() { press : && say "$1" && press Enter; }
shut() { press Escape && hides "$1"; } # a popup: Esc and a key at once would be Alt and the key
asked() { # key pattern-of-the-prompt text
	press "$1"
	shows "^ $2" && press C-u && say "$3" && press Enter
	hides "^ $2.*$3"
}

open 80 24 "$tui --sim --seed 7 --rate unlimited"
tm set -s set-clipboard on
shows 'SAFETY OK'
long="a value longer than a row has room for, and whole when opened"
proposed "$long"
shows 'n5 ★ .* a val'
proposed fig
shows 'fig at 1.1'
press 3

# --- search moves the cursor
asked / / 's0 ACCEPT !n3'
check "a search goes to what it finds" shows 'EVENTS  back at event [0-9]+ of [0-9]+'
check "and hides nothing" shows '^│ +[0-9.]+ n4 got COMMIT'
at() { screen | grep -oE 'back at event [0-9]+' | head -n 1 | grep -oE '[0-9]+'; }
first=$(at)
press n
moved() { [ "$(at)" != "$1" ]; }
for _ in {1..200}; do moved "$first" && break; pause 0.05; done
check "n goes to an earlier one" test "$(at)" -lt "$first"
second=$(at)
press N
for _ in {1..200}; do moved "$second" && break; pause 0.05; done
check "N to a later one" test "$(at)" = "$first"
asked / / walrus
check "what is not found says how far it looked" shows 'no earlier event has "walrus": looked back to event 1, the oldest'
check "and the cursor stays" shows "back at event $first "

# --- Enter opens, Esc returns
press Enter
check "Enter opens the event" shows '┌ EVENT  as of'
check "with the id of its message" shows 'id +[0-9]\.1\.[0-9]+'
check "and its value, whole" shows 'value +a value longer than a row has room for'
press '?'
check "? covers it" shows '┌ HELP'
press Escape
check "and Esc returns to it" shows '┌ EVENT  as of'
press Space Space Space Space
check "below is what the event follows from" shows '(THE WAY OF ITS MESSAGE|FOLLOWS FROM)'
shut '┌ EVENT  as of'
check "Esc returns to where one was" shows "back at event $first "

# --- copy
press y
check "y says what it copies, and where to" shows 'copied EVENT, [0-9]+ bytes, to the clipboard and to'
whole_message() { # the path is as long as it is: the message takes the rows that it needs
	local path
	path=$(ls "$work"/state/paxos-tui/*.txt)
	for _ in {1..200}; do
		screen | sed -n '/copied EVENT/,$p' | tr -d ' \n' | grep -qF "$path" && return 0
		pause 0.05
	done
	return 1
}
check "to its last letter" whole_message
check "the file has the whole value" grep -qF "$long" "$work"/state/paxos-tui/*.txt
clipboard() {
	local i
	for i in {1..100}; do
		tm show-buffer 2>/dev/null | grep -qF -- "$1" && return 0
		pause 0.05
	done
	return 1
}
check "and so has the terminal's clipboard" clipboard "$long"

# --- filter
press G
asked '&' '&' '!n5 !n4 PROMISE'
check "a filter shows only what passes" shows 'EVENTS with "!n5 !n4 PROMISE"'
check "and all that is shown passes" hides '^│ +[0-9]+\.[0-9]+.*( n5 | n4 |ACCEPT)'
press 4
check "in space-time, too" shows '^│ +[0-9.]+ .*PROMISE'
check "which shows nothing else" hides '─ACCEPT'
press 2
check "the log has its own" shows 'LOG  votes'
asked '&' '&' 's1'
check "which shows one slot" shows '^│ +1 .*fig'
check "and hides the other" hides '^│ +0 '
press Enter
check "Enter opens the slot" shows '┌ SLOT  as of'
check "with its votes" shows 'decided +fig \(3 bytes\)'
shut '┌ SLOT'
asked '&' '&' 'walrus'
check "an empty list says so" shows 'Nothing passes "walrus" from slot 0 on'
asked '&' '&' ''
check "an empty filter shows all" shows '^│ +0 '
# --- nodes
press 1
shows 'NODES'
command 'crash 4'
shows 'n4 ● +DOWN'
asked / / down
check "a search in the nodes selects one" shows '► n4 ● +DOWN'
press Enter
shows 'DURABLE'
press Enter
check "Enter twice opens the node" shows '┌ NODE  as of'
check "with all that is known" shows 'process +down, in its life 1'
# --- inside a text that is open
asked / / received
check "a search goes to the line in a text" shows '┌ NODE  as of'
reversed() { # pattern: a line that is drawn in reverse has it
	for _ in {1..200}; do
		tm capture-pane -pe | grep -E -- "$1" | grep -qE $'\033''\[[0-9;]*7[;m]' && return 0
		pause 0.05
	done
	return 1
}
check "which is marked" reversed 'received'
press g
asked / / node
press n
check "n goes to the next line" shows '│/ find│n N next'
asked / / walrus
check "what is not there is told" shows 'no line (below|of it) has "walrus"'
asked '&' '&' 'knows'
check "a filter shows only lines that pass" shows '┌ NODE with "knows"'
check "and no others" hides 'process +down'
press y
check "y copies all of it" shows 'copied NODE, [0-9]+ bytes'
asked '&' '&' ''
check "an empty filter shows all of the text" shows 'process +down'
press j j j j G G j j k
shows '.'
press g
check "what is scrolled to its end and beyond comes back at once" shows 'process +down'
shut 'process +down'
press '?'
shows 'HELP  type'
asked / / 'undo'
check "a search in the help moves to what is found" reversed 'take back the last'
press n
check "n goes on" shows 'n N next'
asked '&' '&' 'clipboard'
check "a filter shows only that of the help" shows 'HELP with "clipboard"'
shut 'HELP'

# --- a filter of the nodes
press 1
shows 'NODES'
asked '&' '&' '!down !n2'
check "a filter of the nodes hides the others" hides '(n2 ■|n4 ●) +(DOWN|acceptor|PROPOSER)'
check "and says so" shows 'NODES with "!down !n2"'
check "the selected node is one that passes" shows '► n1 ◆'
press j
check "j goes to the next that passes" shows '► n3 ▲'
press j j
check "and round at the end" shows '► n1 ◆'
asked '&' '&' 'walrus'
check "where no node passes it says so" shows 'No node passes'
press Escape
check "Esc shows all again" shows 'n2 ■'
press x
shows 'ATTACK'
asked / / 'hides'
check "a search finds an attack" shows '► \[ \] withhold'
shut 'ATTACK'
press 6
asked / / n3
check "where there is nothing it says so" shows 'no proof has "n3", of 0'
press Enter
check "and so does Enter" shows 'there is nothing here yet'
press 1 Tab
command pause
shows PAUSED
proposed kiwi
press Enter
check "Enter on the wire opens its messages" shows '┌ WIRE  as of|messages on the wire'
exit $failed
