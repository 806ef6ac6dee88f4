#!/bin/bash
# A student reads in the palette how an attack is seen, has it shown, and returns to a cluster that has waited.
. "$(dirname "$0")/walk.bash"
begin
proposed mine
shows 'n5 ★ .* mine +mine'
press x
shows 'ATTACK n1 honest so far'
press /
shows '^ /' && say 'withhold' && press Enter
check "an attack is found by its name" shows '► \[ \] withhold'
check "the palette says how it is seen" shows 'Needs a partition and a second proposer'
press Enter
check "Enter shows it" shows 'PLAY withhold.pxs'
check "all that is said can be read" shows 'Space goes on|Enter goes on'
press i
check "in a popup, too" shows '┌ STORY'
shut '┌ STORY'
told=1
for _ in {1..1500}; do
	case $(screen) in
	*'The end: Esc returns'*) told=0 && break ;;
	*'Enter goes on'*) press Enter ;;
	*'Space goes on'*) press Space ;;
	*'Space go on'*) press Space ;; # it came later than the time to read, and stopped the story
	esac
	pause 0.05
done
check "it is told to its end" test $told = 0
check "with what it breaks" shows 'VIOLATED'
press Escape
check "Esc returns" shows 'your own cluster has waited for you'
check "to the palette" shows '► \[ \] withhold'
shut 'ATTACK n1'
check "and to one's own values" shows 'n5 ★ .* mine +mine'
check "which nothing has touched" shows 'SAFETY OK'
exit $failed
