/* How the words of the command language are written: rows of proto/scenario/literals.def. Those of
 * whole lines are rows of commands.def, conditions.def and heads.def. */
#ifndef PROTO_SCENARIO_GRAMMAR_H
#define PROTO_SCENARIO_GRAMMAR_H

struct literal {
	const char *name;    /* as usages write it: "NODES" */
	const char *written; /* "1,2,5 or all" */
	const char *help;
	const char *example; /* a command that has one */
	const char *wrong;   /* a command that has none, though it looks like it */
};

/* Row i, NULL behind the last. */
const struct literal *grammar_literal(unsigned i);

#endif
