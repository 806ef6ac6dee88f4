/* Inside proto/check only: the state of a search. Everything here is compiled with the limits of
 * the explorer's own core. */
#ifndef PROTO_CHECK_SMALL_H
#define PROTO_CHECK_SMALL_H

#include "proto/check/check.h"
#include "proto/check/space.h"
#include "proto/core/paxos_state.h"

#define LETTERS_MAX     1024 /* different messages, by receiver */
#define LETTER_SLOTS    2048 /* of the table in which they are found: a power of two */
#define FACTS_MAX       1024 /* different things that nodes did for good */
#define LETTER_WORDS    (LETTERS_MAX / 64)
#define FACT_WORDS      (FACTS_MAX / 64) /* as many as LETTER_WORDS */
#define GROUPS_MAX      512
#define RENAMINGS_MAX   48
#define ROW_LETTERS     64
#define LOCAL_NONE      UINT32_MAX
#define VALUES_ALL      (CHECK_VALUES_MAX + 2) /* VALUE_NONE and VALUE_NOOP among them */
#define SEATS_MAX       SPACE_NEXT_WORDS       /* a node with two faces has two seats */
#define WAY_MAX         1000                   /* steps of a schedule */
#define ACTS_MAX        (CHECK_SLOTS_MAX * CHECK_VALUES_MAX + 3)
#define ACT_TIMER       (CHECK_SLOTS_MAX * CHECK_VALUES_MAX)
#define ACT_CRASH       (ACT_TIMER + 1)
#define ACT_CRASH_LOOSE (ACT_TIMER + 2)

/* A message to one receiver, as a plain value whose every byte is defined.
 *
 * A signed word that is only counted (an Echo; under LOUD an Accepted) is addressed to 0, and
 * nobody gets it. What nodes get is the words of a quorum: a letter from 0. An Accept under
 * `justify` stands for its NewView as well; its claim is the vote that binds the ballot. */
struct letter {
	uint8_t type;
	node_id from;
	node_id to;
	uint8_t why;
	uint8_t low;
	bool proven; /* what proves its claim, or the Accept, can be shown */
	uint8_t slot;
	uint8_t value;
	uint16_t ballot; /* a ballot as one number: small_ballot */
	uint16_t promised;
	uint16_t claim_at[CHECK_SLOTS_MAX]; /* by slot; 0 = no claim */
	uint8_t claim[CHECK_SLOTS_MAX];
};

static inline uint16_t small_ballot(struct ballot b)
{
	return (uint16_t)(b.round * 8 + b.node);
}

static inline struct ballot large_ballot(uint16_t b)
{
	return (struct ballot){b / 8u, (node_id)(b % 8u)};
}

/* What a node did for good, in the words of Paxos.tla. */
enum fact_kind {
	FACT_BEGUN,    /* 1a */
	FACT_PROMISED, /* 1b, one a slot */
	FACT_PROPOSED, /* 2a */
	FACT_VOTED,    /* 2b */
	FACT_KNOWN,    /* it takes the value for chosen; in no ballot */
};

struct fact {
	uint8_t kind;
	node_id node;
	uint8_t slot;
	uint8_t value; /* of a FACT_PROMISED: the vote that it told */
	uint16_t ballot;
	uint16_t at; /* FACT_PROMISED: the ballot of that vote, 0 = none */
};

/* Facts that are counted together: those of a kind about one slot, ballot and value (value 0: of
 * any value; likewise slot and ballot where the kind has none). */
struct fact_group {
	uint8_t kind;
	uint8_t slot;
	uint8_t value;
	uint16_t ballot;
	uint64_t facts[FACT_WORDS];
};

/* for each group that there is */
#define FOR_GROUPS(c, g)                                                                           \
	for (const struct fact_group *g = (c)->group; g < (c)->group + (c)->groups; g++)

/* What Paxos.tla says that an acceptor holds, for each slot as for an instance of its own. The core
 * has one promise for all slots, and so refuses more than it must: that is no step. */
struct meant {
	uint16_t bound[CHECK_SLOTS_MAX]; /* maxBal */
	uint16_t voted_at[CHECK_SLOTS_MAX];
	uint8_t voted[CHECK_SLOTS_MAX];
};

/* What a disk holds. */
struct image {
	uint16_t promised;
	uint16_t voted_at[CHECK_SLOTS_MAX];
	uint16_t chosen_at[CHECK_SLOTS_MAX];
	uint16_t echoed_at[CHECK_SLOTS_MAX];
	uint8_t voted[CHECK_SLOTS_MAX];
	uint8_t chosen[CHECK_SLOTS_MAX];
	uint8_t echoed[CHECK_SLOTS_MAX];
	uint8_t spare[2]; /* 0 */
};

/* A node, with all that it did so far that others may come to see. Compared whole, as bytes. */
struct local_core {
	struct paxos paxos;  /* in one form: local_tidy */
	struct image synced; /* the disk */
	struct image loose;  /* the same with what was written and not synced */
	struct meant meant;
	uint8_t ballots; /* begun */
	uint8_t crashes;
	uint8_t asked;  /* bit: slot for which it was asked to propose */
	uint8_t broken; /* enum check_rule: a rule for itself that its last step broke */
	uint32_t lured; /* ballots of liars without an honest half that it came to know: lure_bit */
	uint32_t spare; /* 0 */
	uint64_t sent[LETTER_WORDS];
	uint64_t facts[FACT_WORDS];
};

/* What a search looks at again and again, side by side. */
struct local_word {
	uint64_t sent, facts; /* as in the core */
	uint64_t idle;        /* letters that are known to change nothing here */
	uint32_t row;         /* 1 + row of next states by letter; 0 = none is known */
	uint32_t cut_row;     /* the same where the step is cut short; 0 in it: it cannot be */
};

struct local_hot {
	uint32_t act[ACTS_MAX]; /* 1 + next state, STEP_NEWS; 0 = not known */
	uint32_t cut[ACTS_MAX]; /* the same where the step is cut short; 0: it cannot be */
	uint32_t lured;
	uint8_t ballots, crashes, broken, spare;
	struct local_word word[LETTER_WORDS];
};

struct local {
	struct local_core core;
	uint64_t hash;
};

/* With a next state: it has new facts, or broke a rule, or began a ballot, or crashed. */
#define STEP_NEWS        0x80000000u
#define STEP_LOCAL(step) ((step) & ~STEP_NEWS)
/* With the number of a letter or act: the step is cut short. */
#define STEP_CUT ((unsigned)1 << 16)

/* Another name for each node and each value. */
struct renaming {
	node_id node[CHECK_NODES_MAX + 1];
	uint8_t value[CHECK_VALUES_MAX + 2];
	uint16_t letter[LETTERS_MAX]; /* 1 + the same letter; 0 = not known */
	uint16_t fact[FACTS_MAX];
};

/* What liars can say where these letters were sent and these facts are: worlds that follow each
 * other mostly have the same. */
#define LIES_KNOWN 1024
struct lies_known {
	bool used;
	uint64_t sent[LETTER_WORDS], facts[FACT_WORDS], out[LETTER_WORDS];
};

/* Honest nodes in these local states come to a choice without any liar. */
#define HOPES_KNOWN 65536
struct hope_known {
	bool used;
	uint32_t key[CHECK_NODES_MAX];
};

struct check {
	/* plain values, as a checkpoint holds them */
	struct check_bounds bounds;
	enum check_state state;
	enum check_rule broken;
	char why[320];
	unsigned quorum, promises;  /* a quorum of votes, and of promises */
	struct paxos_config config; /* of every node, but for its name */
	unsigned seats;             /* of a world: nodes, and second faces behind them */

	unsigned letters, facts;
	struct letter letter[LETTERS_MAX];
	uint16_t letter_table[LETTER_SLOTS]; /* 1 + number; 0 = free */
	struct fact fact[FACTS_MAX];
	uint16_t group_of[FACTS_MAX];
	unsigned groups;
	struct fact_group group[GROUPS_MAX];
	uint64_t addressed[CHECK_NODES_MAX + 1][LETTER_WORDS];
	unsigned renamings;
	struct renaming renaming[RENAMINGS_MAX];

	uint32_t locals, rows_used;
	uint32_t at;        /* the world whose successors come next */
	uint32_t hopeful;   /* worlds from which a choice can be reached, the first ones */
	uint32_t level_end; /* the first world that is further away than this one */
	unsigned depth;
	uint64_t steps, core_steps;
	uint32_t chosen;
	uint32_t slots_chosen; /* bit: slot */
	/* where the schedule ends: a world, and with `breaks` one more step */
	uint32_t aim;
	bool breaks;
	bool on_way; /* `way` is what leads there */

	/* what is kept elsewhere in the memory: a checkpoint holds as much of it as is used */
	struct local *local;
	struct local_hot *hot;          /* of each */
	uint32_t *image[RENAMINGS_MAX]; /* 1 + the same under that renaming; 0 = not known */
	uint32_t (*rows)[ROW_LETTERS];  /* 1 + next state, STEP_NEWS; 0 = not known */
	uint32_t locals_max, rows_max;
	uint32_t *local_table; /* 1 + number */
	uint64_t local_slots;
	struct space space;

	struct check *whole; /* the search: itself, or that of a looker */
	unsigned made;       /* steps of the core, for the step at hand */
	uint32_t cut;        /* 1 + where it leads if it is cut short; 0: it cannot be */
	uint32_t spare_row;  /* 1 + a row that nobody uses; 0 = none */
	bool only_looks;     /* a looker's: nothing gets a number */
	bool lacks;          /* it came upon such a thing */

	/* what can be found again */
	struct lies_known lies[LIES_KNOWN];
	struct hope_known hopes[HOPES_KNOWN];
	struct paxos_output out;
	/* the core's step at hand as the schedule tells it; NULL: nobody wants to know */
	struct check_act *telling;
	/* the worlds from the first to the aim */
	unsigned way_length;
	uint32_t way[WAY_MAX + 1][SEATS_MAX];
	/* the turn at hand of several lookers */
	struct check_looker *const *looker;
	unsigned lookers;
	uint32_t look_from, look_to; /* the worlds */
	uint32_t settled;            /* what follows those before this one has numbers */
	bool claims;                 /* they claim what is new */
	struct space_next *claimed[CHECK_LOOKERS_MAX];
};

/* What a looker found of a world. */
struct looked {
	uint32_t first, news; /* steps that lead to worlds which were not there */
	uint32_t lost;        /* of them, those that others come before; counted by all lookers */
	uint32_t number;      /* of the first world that is new */
	uint32_t steps;       /* all */
	uint32_t chosen, slots_chosen;
	bool whole; /* else it must be looked at again, by one who may find out */
};

#define LOOK_WORLDS 4096
#define LOOK_STEPS  (LOOK_WORLDS * 16)
#define LOOK_AHEAD  16 /* behind the last step: whatever stands there is only asked for */

struct check_looker {
	struct check c; /* the search as it sees it: arrays are shared, what it writes is its own */
	unsigned part;
	struct looked world[LOOK_WORLDS]; /* world_of */
	uint32_t at;                      /* the world that is looked at */
	uint32_t steps, its_first;
	struct space_next step[LOOK_STEPS + LOOK_AHEAD];
};

/* --- net.c: letters and facts, each once ---------------------------------------------------- */

/* The number of a letter or fact; UINT32_MAX: there is no room, and c->state says so. */
unsigned net_letter(struct check *c, const struct letter *l);
unsigned net_fact(struct check *c, const struct fact *f);
/* The group of such facts; NULL: there are none. */
const struct fact_group *net_group(const struct check *c, enum fact_kind kind, unsigned slot,
				   unsigned ballot, unsigned value);
/* So many of the group are in the set. */
unsigned net_count(const struct check *c, const struct fact_group *g,
		   const uint64_t facts[FACT_WORDS]);
/* A message of a node in this state as a letter to nobody yet. */
void net_read(const struct check *c, const struct paxos *p, const struct message *m,
	      struct letter *out);
/* The letters of a message, one a receiver but `self`, put into the set. */
void net_send(struct check *c, const struct paxos *p, const struct message *m, node_set to,
	      uint64_t sent[LETTER_WORDS]);
/* A letter as a message; `claim` has room for one a slot. */
struct message net_message(const struct letter *l, struct claim *claim);

static inline bool is_under(const struct check *c, unsigned any_of)
{
	return (c->config.policy & any_of) != 0;
}
#define HARDENED (DEFENCE_ECHO | DEFENCE_JUSTIFY | DEFENCE_CERT)
#define LOUD     (DEFENCE_ECHO | DEFENCE_CERT)

static inline bool is_liar(const struct check *c, node_id node)
{
	return node > c->bounds.nodes - c->bounds.liars;
}

/* A liar without an honest half: what its key allows is all that is known of it. */
static inline bool is_dummy(const struct check *c, node_id node)
{
	return is_liar(c, node) && c->bounds.attacks == 0;
}

static inline node_id seat_node(const struct check *c, unsigned seat)
{
	return (node_id)(seat < c->bounds.nodes ? seat + 1 : seat + 1 - c->bounds.liars);
}

/* Ballots of liars count among those that are begun from the moment on at which a node knows. */
static inline uint32_t lure_bit(const struct check *c, uint16_t ballot)
{
	const unsigned round = ballot / 8, node = ballot % 8;

	if (round == 0 || round > CHECK_BALLOTS_MAX || !is_dummy(c, (node_id)node))
		return 0;
	return (uint32_t)1 << ((c->bounds.nodes - node) * CHECK_BALLOTS_MAX + round - 1);
}

static inline void bit_set(uint64_t *set, unsigned bit)
{
	set[bit / 64] |= (uint64_t)1 << bit % 64;
}

static inline bool bit_is_set(const uint64_t *set, unsigned bit)
{
	return (set[bit / 64] >> bit % 64 & 1) != 0;
}

/* Words of such a set in which a bit can be set. */
static inline unsigned letter_words(const struct check *c)
{
	return c->letters / 64 + (c->letters < LETTERS_MAX);
}

static inline unsigned fact_words(const struct check *c)
{
	return c->facts / 64 + (c->facts < FACTS_MAX);
}

void check_stop(struct check *c, const char *what);

/* --- local.c: local states, each once ------------------------------------------------------- */

/* Brings a node into the one form of all nodes that will do the same; renamed. */
void local_tidy(struct local_core *to, const struct local_core *from, const struct renaming *r);
uint32_t local_intern(struct check *c, const struct local_core *core);
/* Puts those that are there already into the table, which is empty. */
void local_find_again(struct check *c);
/* The same local state under a renaming. LOCAL_NONE: there is no room. */
uint32_t local_renamed(struct check *c, uint32_t local, unsigned renaming);
void renamings_make(struct check *c);

/* --- world.c --------------------------------------------------------------------------------- */

/* What a world looks like to each of its nodes. */
struct view {
	uint32_t key[SEATS_MAX];
	uint64_t sent[LETTER_WORDS]; /* by nodes, and honest halves of liars */
	uint64_t net[LETTER_WORDS];  /* what nodes can get */
	uint64_t facts[FACT_WORDS];
	unsigned ballots, crashes;
	uint32_t lured;
};

void world_look(struct check *c, const uint32_t *key, struct view *v);
/* The least of all renamings stands for all of them. False: there is no room. */
bool world_canonical(struct check *c, uint32_t *key);
unsigned world_renamed_seat(const struct check *c, unsigned renaming, unsigned seat);

/* One step from a world. `user` is told of each; false: it wants no more. */
typedef bool use_step(struct check *c, void *user, const struct view *v, unsigned node,
		      bool is_letter, unsigned which, uint32_t step);
bool world_follow(struct check *c, const struct view *v, use_step *use, void *user);

/* --- check.c --------------------------------------------------------------------------------- */

/* One step from the world whose turn it is. False: it breaks a rule. */
bool check_judge(struct check *c, const struct view *v, unsigned node, uint32_t step);
/* The next world is as far from the first as the last one, or further. */
void check_enter_level(struct check *c);
/* The worlds that follow the one whose turn it is. */
void check_expand(struct check *c);
void check_judge_progress(struct check *c);
/* It is added; or there is no room, and c->state says so. */
bool check_add(struct check *c, const struct space_next *next);
/* The sentence about what is broken. */
void check_name(struct check *c);

/* Divides the memory for the bounds; the plain values stay as they are. False: it is too small. */
bool check_lay_out(struct check *c, size_t bytes);

/* --- turn.c: one node's step ---------------------------------------------------------------- */

/* The local state after it, perhaps with STEP_NEWS; the same one: nothing changes. LOCAL_NONE:
 * there is no room. */
uint32_t turn_letter(struct check *c, uint32_t local, unsigned letter);
uint32_t turn_act(struct check *c, uint32_t local, unsigned act);
/* The node crashes in the middle of that step, which is known: what leaves early has left, and
 * nothing of it is synced. The same local state: nothing leaves early. */
uint32_t turn_letter_cut(const struct check *c, uint32_t local, unsigned letter);
uint32_t turn_act_cut(const struct check *c, uint32_t local, unsigned act);
void turn_first(struct check *c, node_id node, struct local_core *out);
/* Does the step again, and tells it. `which` may have STEP_CUT. */
void turn_tell(struct check *c, uint32_t local, bool is_letter, unsigned which,
	       struct check_act *act);

/* --- lies.c: what liars can say -------------------------------------------------------------- */

/* The letters that nodes can get where these were sent and these facts are: all of them, and what
 * liars can sign, and the words of quorums. */
void lies_add(struct check *c, const uint64_t sent[LETTER_WORDS], const uint64_t facts[FACT_WORDS],
	      uint64_t out[LETTER_WORDS]);
/* The same where liars say nothing. */
void lies_silent(struct check *c, const uint64_t sent[LETTER_WORDS],
		 const uint64_t facts[FACT_WORDS], uint64_t out[LETTER_WORDS]);
/* Whose words stand behind a letter from 0. */
node_set lies_signers(struct check *c, const uint64_t sent[LETTER_WORDS],
		      const uint64_t facts[FACT_WORDS], const struct letter *l);
/* Can the honest half of a liar be asked to propose? Is what it is told of votes kept from it? */
bool lies_propose(const struct check *c);
/* Does it vote where the origin's `reject` forbids it? */
bool lies_disobey(const struct check *c);
/* Second faces, one a liar. */
unsigned lies_faces(const struct check *c);
bool lies_override(const struct check *c);
/* Votes of liars that no fact tells of. */
unsigned lies_votes(const struct check *c, const struct fact_group *g,
		    const uint64_t facts[FACT_WORDS]);

/* --- rules.c: what must hold ---------------------------------------------------------------- */

/* A step of one node in a world: `facts` of all nodes before, and what is new. What is broken is
 * written to c->why. */
enum check_rule rules_judge(struct check *c, const uint64_t facts[FACT_WORDS], uint32_t before,
			    uint32_t after);
const char *rules_value_word(unsigned value);

/* --- progress.c: what must be possible ------------------------------------------------------- */

/* False: it is stuck; or there is no room, and c->state says so. */
bool progress_is_possible(struct check *c, uint32_t world);
/* Why a world is stuck, into c->why. */
void progress_say_why(struct check *c, const uint32_t *key);

#endif
