#include "proto/fault/mistake.h"

const struct mistake mistake_stale_read = {.answers_alone = true};
