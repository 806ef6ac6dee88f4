#!/bin/bash
# A student meets words and marks, and finds out what they mean without leaving the screen.
. "$(dirname "$0")/walk.bash"
begin
press '?'
check "the help begins with what works here" shows 'HERE, NOW'
say quorum
check "what is typed is searched for" shows 'HELP with "quorum"'
check "and explained" shows 'share|set of nodes|so many nodes'
shut 'HELP'
command 'help ballot'
check "a word is explained in a popup" shows 'ROUND\.NODE'
press /
shows '^ /' && say 'higher' && press Enter
check "in which one can search" shows '│n N next'
shut 'ROUND\.NODE'
command 'help 0.0'
check "numbers that mean something, too" shows 'ballot 0\.0, word'
shut 'ballot 0\.0, word'
press '?'
shows 'HELP  type'
say '╳'
press Escape
command 'help ╳'
check "and marks" shows '╳, mark on the screen'
shut 'mark on the screen'
command 'help balot'
check "a word that is nearly one is guessed" shows 'did you mean "ballot"'
press '?'
shows 'HELP'
press '&'
shows '^ &' && say 'freeze node' && press Enter
check "several words find what has them all" shows 'HELP with "freeze node"'
press Escape
exit $failed
