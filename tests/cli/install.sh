#!/bin/bash
# make install into a DESTDIR: every file where it belongs, pages that a reader renders without a
# warning, completions that their shells accept; make uninstall leaves nothing.
. "$(dirname "$0")/cli.bash"

dest=$work/dest
short=${BUILD#"$PWD"/}
# `all` is up to date: nothing is built here, whatever it was built with
make_quiet() { make --no-print-directory -s BUILD="$short" -o all "$@"; }

holds "make install" make_quiet install DESTDIR="$dest" PREFIX=/usr
for file in bin/paxos-tui bin/paxos-node share/man/man1/paxos-tui.1 share/man/man1/paxos-node.1 share/man/man5/paxos-recording.5 \
	share/bash-completion/completions/paxos-tui share/zsh/site-functions/_paxos-tui \
	share/fish/vendor_completions.d/paxos-tui.fish; do
	holds "$file is there" test -s "$dest/usr/$file"
done
holds "every story of demo/ is there" diff <(cd demo && ls -- *.pxs) <(cd "$dest/usr/share/paxos-tui" && ls)
holds "nothing else is there" [ "$(find "$dest" -type f | grep -vc /share/paxos-tui/)" = 8 ]
holds "the programs can be run by anyone" [ "$(stat -c %a "$dest/usr/bin/paxos-tui" "$dest/usr/bin/paxos-node" | sort -u)" = 755 ]
passes "the installed program runs" "paxos-tui *" "$dest/usr/bin/paxos-tui" --version

for page in man1/paxos-tui.1 man1/paxos-node.1 man5/paxos-recording.5; do
	file=$dest/usr/share/man/$page
	if command -v groff >/dev/null; then
		call groff -man -ww -Tutf8 -P-cbou "$file"
	elif command -v man >/dev/null; then
		call man --warnings -l "$file"
	else
		skip "${page##*/} renders without a warning" "neither groff nor man is here"
		continue
	fi
	if [ "$code" = 0 ] && [ -z "$err" ] && [[ $out == *NAME*SYNOPSIS*OPTIONS* || $page$out == man5*NAME*TABLES* ]]; then
		ok "${page##*/} renders without a warning"
	else
		not_ok "${page##*/} renders without a warning" "$err"
	fi
done
for option in $(sed -n 's/^OPTION([a-z_]*, *"\([a-z-]*\)".*/\1/p' tui/option/options.def | grep -vx print); do
	grep -q -- "\\\\-\\\\-${option//-/\\\\-}" "$dest/usr/share/man/man1/paxos-tui.1" || missing+=" --$option"
done
holds "the page names every option${missing:+, but$missing}" [ -z "${missing:-}" ]

complete() { # words...: what bash would offer for the last
	bash -c 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _paxos_tui; echo "${COMPREPLY[*]}"' \
		"$dest/usr/share/bash-completion/completions/paxos-tui" paxos-tui "$@"
}
passes "bash completes a command" "attach" complete at
passes "bash completes an option" "--seed --seeds" complete sim --se
passes "bash completes an option's word" "single multi" complete up --mode ""
passes "bash completes a command of the cluster" "propose partition*" complete ctl D p
if command -v zsh >/dev/null; then
	holds "zsh accepts its completion" zsh -n "$dest/usr/share/zsh/site-functions/_paxos-tui"
else
	skip "zsh accepts its completion" "zsh is not here"
fi
if command -v fish >/dev/null; then
	holds "fish accepts its completion" fish -n "$dest/usr/share/fish/vendor_completions.d/paxos-tui.fish"
else
	skip "fish accepts its completion" "fish is not here"
fi

# Where there is no screen it says so, and by that where it has found the story.
refuses "the installed program finds its stories" 2 "*paxos-tui run --sim $dest/usr/share/paxos-tui/withhold.pxs*" \
	"$dest/usr/bin/paxos-tui" play withhold
refuses "and says where it looked for others" 64 \
	"paxos-tui: there is no scenario no-such-story here, in $dest/usr/demo or in $dest/usr/share/paxos-tui" \
	"$dest/usr/bin/paxos-tui" play no-such-story

holds "make uninstall" make_quiet uninstall DESTDIR="$dest" PREFIX=/usr
holds "uninstall leaves no file" [ -z "$(find "$dest" -type f)" ]
holds "nor the folder of the stories" test ! -e "$dest/usr/share/paxos-tui"
exit $bad
