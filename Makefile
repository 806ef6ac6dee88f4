# paxos-tui: `make run` shows it, `make check` proves it. Both install what is missing first.

VERSION := 0.1.0
BUILD   ?= build
PREFIX  ?= /usr/local
CFLAGS  ?= -O2 -g
PKG     := ncursesw panelw nanomsg libsodium sqlite3 jansson

WARN := -Wall -Wextra -Wshadow -Wconversion -Wundef -Wvla -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings
ifdef CI
WARN += -Werror
endif
ifdef SAN
BUILD   := build-$(subst $(comma),-,$(SAN))
SANFLAG := -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer
endif

PKG_CFLAGS := $(shell pkg-config --cflags $(PKG) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(PKG) 2>/dev/null)
CMOCKA     := $(shell pkg-config --libs cmocka 2>/dev/null)
ALL_CFLAGS  = -std=c17 -pedantic -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -I. $(WARN) $(PKG_CFLAGS) $(CFLAGS) $(SANFLAG)
ALL_LDFLAGS = $(LDFLAGS) $(SANFLAG)

# One archive a folder, so that each floor is linked on its own. Highest first: the linker's order.
FLOORS := tui node node/io proto/scenario proto/sim proto/member proto/model proto/fault proto/wire proto/core
archive = $(BUILD)/lib$(subst /,-,$1).a
objects = $(patsubst %.c,$(BUILD)/%.o,$(filter-out %/main.c,$(wildcard $1/*.c)))
ARCHIVES := $(foreach f,$(FLOORS),$(call archive,$f))
PROTO    := $(foreach f,$(filter proto/%,$(FLOORS)),$(call archive,$f))
IO       := $(call archive,node/io)

TESTS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c))
TEST_SUPPORT := $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(wildcard tests/test_*.c tests/bench_*.c),$(wildcard tests/*.c)))

.PHONY: all clean
.DELETE_ON_ERROR:
all: $(BUILD)/paxos-tui $(BUILD)/paxos-node

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

define archive_rule
$(call archive,$1): $(call objects,$1)
	@mkdir -p $$(@D)
	@rm -f $$@
	$(AR) rcs $$@ $$^
endef
$(foreach f,$(FLOORS),$(eval $(call archive_rule,$f)))

$(BUILD)/paxos-node: $(BUILD)/node/main.o $(call archive,node) $(IO) $(PROTO)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/paxos-tui: $(BUILD)/tui/main.o $(call archive,tui) $(IO) $(PROTO)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

# A test links what it needs and no more, whatever floor it stands on.
$(BUILD)/tests/test_%: $(BUILD)/tests/test_%.o $(TEST_SUPPORT) $(ARCHIVES)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) $(CMOCKA)

$(BUILD)/tests/bench_%: $(BUILD)/tests/bench_%.o $(ARCHIVES)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

clean:
	rm -rf build build-*

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
