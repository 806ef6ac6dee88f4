#include "tui/print/print.h"

#include <stdio.h>
#include <string.h>

#include "proto/scenario/command.h"

static bool option_is_shown(const struct option_row *row, unsigned which)
{
	return row->help[0] != '\0' && (row->of >> which & 1) != 0;
}

static bool is_path_argument(const char *argument)
{
	return strncmp(argument, "FILE", 4) == 0 || strcmp(argument, "DIR") == 0 ||
	       strncmp(argument, "DIR|", 4) == 0 || strncmp(argument, "SCENARIO", 8) == 0;
}

static bool is_choice_argument(const char *argument)
{
	return strchr(argument, '|') != NULL;
}

/* "a|b|c" as "a b c". */
static void print_choices(const char *choices)
{
	for (; *choices != '\0'; choices++)
		putchar(*choices == '|' ? ' ' : *choices);
}

/* Help inside of '...' in a shell, without the characters that `also` names (zsh's own). */
static void print_quoted(const char *text, const char *also)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			printf("'\\''");
		else if (strchr(also, *text) != NULL)
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static void print_names(void)
{
	for (unsigned i = 0; i < SUBCOMMANDS; i++) {
		if (subcommand_rows[i].name[0] != '\0')
			printf("%s%s", i > 1 ? " " : "", subcommand_rows[i].name);
	}
}

/* The first words of the command language, for ctl. */
static void print_commands(void)
{
	for (unsigned i = COMMAND_NONE + 1; i < COMMANDS; i++)
		printf("%s%s", i > 1 ? " " : "", command_name((enum command_kind)i));
}

void print_bash(void)
{
	printf("# bash completion of paxos-tui, made from its tables\n"
	       "_paxos_tui()\n{\n"
	       "\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= "
	       "i\n"
	       "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	       "\t\tcase ${COMP_WORDS[i]} in\n\t\t");
	for (unsigned i = 0; i < SUBCOMMANDS; i++) {
		if (subcommand_rows[i].name[0] != '\0')
			printf("%s%s", i > 1 ? "|" : "", subcommand_rows[i].name);
	}
	printf(") command=${COMP_WORDS[i]}; at=$i; break ;;\n\t\tesac\n\tdone\n\tcase $before "
	       "in\n");
	for (size_t k = 0; k < OPTIONS; k++) {
		const struct option_row *row = &option_rows[k];
		if (row->help[0] == '\0' || row->argument[0] == '\0')
			continue;
		printf("\t--%s", row->name);
		if (row->letter != 0)
			printf("|-%c", row->letter);
		if (is_choice_argument(row->argument)) {
			printf(") COMPREPLY=($(compgen -W '");
			print_choices(row->argument);
			printf("' -- \"$word\")); return ;;\n");
		} else if (is_path_argument(row->argument)) {
			printf(") COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n");
		} else {
			printf(") return ;;\n");
		}
	}
	printf("\tesac\n\tcase $command in\n");
	for (unsigned i = 0; i < SUBCOMMANDS; i++) {
		const struct subcommand_row *row = &subcommand_rows[i];
		printf("\t'%s')\n\t\tif [[ $word == -* ]]; then\n\t\t\tCOMPREPLY=($(compgen -W '",
		       row->name);
		for (size_t k = 0; k < OPTIONS; k++) {
			if (option_is_shown(&option_rows[k], i))
				printf("--%s ", option_rows[k].name);
		}
		printf("' -- \"$word\"))\n");
		if (i == SUB_ctl) {
			printf("\t\telif ((COMP_CWORD >= at + 2)); then\n"
			       "\t\t\tCOMPREPLY=($(compgen -W '");
			print_commands();
			printf("' -- \"$word\"))\n");
		}
		printf("\t\telse\n\t\t\tCOMPREPLY=($(compgen ");
		if (row->name[0] == '\0') {
			printf("-W '");
			print_names();
			printf("' ");
		} else {
			printf("%s ", row->args[0] != '\0' ? "-f" : "-W ''");
		}
		printf("-- \"$word\"))\n\t\tfi ;;\n");
	}
	printf("\tesac\n}\ncomplete -o filenames -F _paxos_tui paxos-tui\n");
}

static void print_zsh_option(size_t option, enum subcommand_id which)
{
	const struct option_row *row = &option_rows[option];
	char help[400];

	print_option_help(option, which, help, sizeof help);
	printf("\t\t'--%s", row->name);
	if (row->argument[0] != '\0')
		putchar('=');
	putchar('[');
	print_quoted(help, "[]:\\");
	putchar(']');
	if (is_choice_argument(row->argument)) {
		printf(":%s:(", row->name);
		print_choices(row->argument);
		putchar(')');
	} else if (row->argument[0] != '\0') {
		printf(":%s:%s", row->argument, is_path_argument(row->argument) ? "_files" : "");
	}
	printf("' \\\n");
}

static void print_zsh_ctl(void)
{
	printf("\t\t'2:cluster:_files' '3:command:(");
	print_commands();
	printf(")' '*:argument:' ;;\n");
}

void print_zsh(void)
{
	printf("#compdef paxos-tui\n# zsh completion of paxos-tui, made from its tables\n"
	       "_paxos_tui() {\n\tlocal -a commands\n\tcommands=(\n");
	for (unsigned i = 0; i < SUBCOMMANDS; i++) {
		if (subcommand_rows[i].name[0] == '\0')
			continue;
		printf("\t\t'%s:", subcommand_rows[i].name);
		print_quoted(subcommand_rows[i].help, ":\\");
		printf("'\n");
	}
	printf("\t)\n\tlocal command=${words[(r)");
	for (unsigned i = 0; i < SUBCOMMANDS; i++) {
		if (subcommand_rows[i].name[0] != '\0')
			printf("%s%s", i > 1 ? "|" : "(", subcommand_rows[i].name);
	}
	printf(")]}\n\tcase $command in\n");
	for (unsigned k = 0; k < SUBCOMMANDS; k++) {
		unsigned i = (k + 1) % SUBCOMMANDS; /* the dashboard last: it is "*" */
		const struct subcommand_row *row = &subcommand_rows[i];
		printf("\t%s)\n\t\t_arguments -s \\\n", row->name[0] == '\0' ? "*" : row->name);
		for (size_t o = 0; o < OPTIONS; o++) {
			if (option_is_shown(&option_rows[o], i))
				print_zsh_option(o, (enum subcommand_id)i);
		}
		if (row->name[0] == '\0')
			printf("\t\t'1:command:{_describe command commands}' ;;\n");
		else if (i == SUB_ctl)
			print_zsh_ctl();
		else
			printf("\t\t'*:argument:%s' ;;\n", row->args[0] != '\0' ? "_files" : "");
	}
	printf("\tesac\n}\n_paxos_tui \"$@\"\n");
}

void print_fish(void)
{
	printf("# fish completion of paxos-tui, made from its tables\n"
	       "complete -c paxos-tui -f\n");
	for (unsigned i = 0; i < SUBCOMMANDS; i++) {
		const struct subcommand_row *row = &subcommand_rows[i];
		if (row->name[0] == '\0')
			continue;
		printf("complete -c paxos-tui -n __fish_use_subcommand -a %s -d '", row->name);
		print_quoted(row->help, "");
		printf("'\n");
		if (is_path_argument(row->args))
			printf("complete -c paxos-tui -n '__fish_seen_subcommand_from %s' -F\n",
			       row->name);
		if (i == SUB_ctl) {
			printf("complete -c paxos-tui -n '__fish_seen_subcommand_from ctl' -a '");
			print_commands();
			printf("'\n");
		}
	}
	for (unsigned i = 0; i < SUBCOMMANDS; i++) {
		for (size_t k = 0; k < OPTIONS; k++) {
			const struct option_row *row = &option_rows[k];
			char help[400];
			if (!option_is_shown(row, i))
				continue;
			print_option_help(k, (enum subcommand_id)i, help, sizeof help);
			printf("complete -c paxos-tui -n '%s%s' -l %s",
			       i == SUB_dashboard ? "__fish_use_subcommand"
						  : "__fish_seen_subcommand_from ",
			       subcommand_rows[i].name, row->name);
			if (row->letter != 0)
				printf(" -s %c", row->letter);
			if (is_choice_argument(row->argument)) {
				printf(" -x -a '");
				print_choices(row->argument);
				putchar('\'');
			} else if (row->argument[0] != '\0') {
				printf(is_path_argument(row->argument) ? " -r -F" : " -x");
			}
			printf(" -d '");
			print_quoted(help, "");
			printf("'\n");
		}
	}
}
