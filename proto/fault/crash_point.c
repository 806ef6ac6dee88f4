#include "proto/fault/crash_point.h"

#include <string.h>

#define ANY_WRITE (-2)

static const struct {
	const char *name, *lost;
	int write;
} rows[CRASH_POINTS] = {
	[CRASH_POINT_NONE] = {"none", "nothing", -1},
#define CRASH_POINT(name, text, write, lost) [CRASH_POINT_##name] = {text, lost, write},
#include "proto/fault/crash_points.def"
#undef CRASH_POINT
};

static unsigned row_of(unsigned point)
{
	return point < CRASH_POINTS ? point : CRASH_POINT_NONE;
}

const char *crash_point_name(unsigned point)
{
	return rows[row_of(point)].name;
}

const char *crash_point_lost(unsigned point)
{
	return rows[row_of(point)].lost;
}

unsigned crash_point_find(const char *name)
{
	unsigned point = CRASH_POINT_NONE;

	while (point < CRASH_POINTS && strcmp(rows[point].name, name) != 0)
		point++;
	return point;
}

const struct paxos_write *crash_point_meets(unsigned point, const struct paxos_output *out)
{
	const int kind = rows[row_of(point)].write;

	for (unsigned i = 0; i < out->writes; i++)
		if (kind == ANY_WRITE || (int)out->write[i].kind == kind)
			return &out->write[i];
	return NULL;
}
