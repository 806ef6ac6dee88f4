/* Behind its last row a table has no row: what is asked for there has no name, and nothing is read
 * that belongs to something else. And each row before the end has its own words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/control.h"
#include "proto/core/event.h"
#include "proto/core/invariants.h"
#include "proto/core/policy.h"
#include "proto/fault/attack.h"
#include "proto/fault/crash_point.h"
#include "proto/fault/mistake.h"
#include "proto/model/base/show.h"
#include "proto/scenario/command.h"
#include "proto/scenario/scenario.h"
#include "proto/sim/sim.h"
#include "proto/wire/evidence.h"

/* The function of a row, its argument, how many rows there are, what is said of no row. */
#define TABLES(ROW)                                                                                \
	ROW(control_name, enum control_kind, CONTROL_KINDS, "?")                                   \
	ROW(event_name, enum event_kind, EVENT_KINDS, "?")                                         \
	ROW(drop_name, enum drop, DROPS, "?")                                                      \
	ROW(drop_words, enum drop, DROPS, "for no reason that is known")                           \
	ROW(because_name, enum because, BECAUSES, "?")                                             \
	ROW(message_name, enum message_type, MSG_TYPES, "?")                                       \
	ROW(refusal_name, enum refusal, REFUSALS, "?")                                             \
	ROW(refusal_words, enum refusal, REFUSALS, "it gives no reason")                           \
	ROW(invariant_name, enum invariant, INVARIANTS, "?")                                       \
	ROW(invariant_words, enum invariant, INVARIANTS, "?")                                      \
	ROW(defence_name, unsigned, DEFENCES, "?")                                                 \
	ROW(defence_help, unsigned, DEFENCES, "?")                                                 \
	ROW(attack_name, unsigned, ATTACKS, NULL)                                                  \
	ROW(attack_help, unsigned, ATTACKS, NULL)                                                  \
	ROW(attack_see, unsigned, ATTACKS, NULL)                                                   \
	ROW(attack_parameters, unsigned, ATTACKS, NULL)                                            \
	ROW(attack_stopped_by, unsigned, ATTACKS, NULL)                                            \
	ROW(attack_aim, unsigned, ATTACKS, NULL)                                                   \
	ROW(mistake_name, unsigned, MISTAKES, "none")                                              \
	ROW(mistake_help, unsigned, MISTAKES, "")                                                  \
	ROW(crash_point_name, unsigned, CRASH_POINTS, "none")                                      \
	ROW(crash_point_lost, unsigned, CRASH_POINTS, "nothing")                                   \
	ROW(proof_name, enum proof_kind, PROOFS, "?")                                              \
	ROW(proof_attacks, enum proof_kind, PROOFS, "")                                            \
	ROW(property_name, enum property, PROPERTIES, "?")                                         \
	ROW(property_words, enum property, PROPERTIES, "?")                                        \
	ROW(sim_fault_name, enum sim_fault, SIM_FAULTS, "?")                                       \
	ROW(sim_fault_words, enum sim_fault, SIM_FAULTS, "?")                                      \
	ROW(command_name, enum command_kind, COMMANDS, "?")                                        \
	ROW(command_usage, enum command_kind, COMMANDS, "?")                                       \
	ROW(command_help, enum command_kind, COMMANDS, "?")                                        \
	ROW(command_args, enum command_kind, COMMANDS, "")                                         \
	ROW(condition_name, enum condition_kind, CONDITIONS, "?")                                  \
	ROW(condition_usage, enum condition_kind, CONDITIONS, "?")                                 \
	ROW(condition_help, enum condition_kind, CONDITIONS, "?")                                  \
	ROW(condition_args, enum condition_kind, CONDITIONS, "")

#define ASK(column, type, rows, end)                                                               \
	static const char *ask_##column(unsigned i)                                                \
	{                                                                                          \
		return column((type)i);                                                            \
	}
TABLES(ASK)

static void no_table_goes_on_behind_its_end(void **state)
{
	static const struct {
		const char *name, *(*ask)(unsigned);
		unsigned rows;
		const char *end;
	} table[] = {
#define ROW(column, type, rows, end) {#column, ask_##column, rows, end},
		TABLES(ROW)};

	(void)state;
	for (size_t t = 0; t < sizeof table / sizeof table[0]; t++) {
		for (unsigned beyond = 0; beyond < 3; beyond++) {
			const char *words = table[t].ask(table[t].rows + beyond);

			if (table[t].end == NULL
				    ? words != NULL
				    : words == NULL || strcmp(words, table[t].end) != 0)
				fail_msg("%s of row %u of %u: \"%s\"", table[t].name,
					 table[t].rows + beyond, table[t].rows,
					 words != NULL ? words : "nothing");
		}
		/* the last row is there */
		const char *last = table[t].ask(table[t].rows - 1);
		if (last == NULL || (table[t].end != NULL && table[t].end[0] != 0 &&
				     strcmp(last, table[t].end) == 0))
			fail_msg("%s has no last row", table[t].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_table_goes_on_behind_its_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
