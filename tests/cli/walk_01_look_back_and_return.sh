#!/bin/bash
# An engineer looks back in a list, does something, and is never left with an old step beside live panes.
. "$(dirname "$0")/walk.bash"
begin
proposed apple
shows 'n5 ★ .* apple +apple'
press 3 k k k k
check "the list says that it looks back, at what, and which key returns" shows 'EVENTS  back at event [0-9]+ of [0-9]+ at [0-9.]+: G live'
check "and WHY is of that event" shows 'WHY  of event [0-9]+ of [0-9]+ at [0-9.]+: G live'
press 1
check "in the cluster's view nothing looks back" hides 'G live'
proposed fig
check "WHY is of what happens now" shows 'fig is CHOSEN in slot 1'
press 3 k k
shows 'G live'
command 'propose 2 pear'
check "who acts sees what comes of it" hides 'G live'
press 4 k k k
check "space-time says it as well" shows 'SPACE-TIME  back at event'
press Enter
check "what is opened says of which time it tells" shows '┌ EVENT  as of [0-9.]+: Esc live'
shut '┌ EVENT'
check "Esc returns to where one was" shows 'SPACE-TIME  back at event'
press Escape
press 2 g
check "so does the log" shows 'LOG  back at slot 0 of 2: G live'
press G
check "G returns" hides 'G live'
exit $failed
