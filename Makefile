# paxos-tui: `make run` shows it, `make check` proves it. Both install what is missing first.
#
#   make                   build/paxos-tui and build/paxos-node
#   make run               the dashboard (ARGS='--sim' and the like)
#   make check             every test; ends with "N passed, N failed"
#   make SAN=address,undefined check     the same in a sanitizer build (build-address-undefined)
#   make bench             measures, next to the raw bus of the same minute
#   make install uninstall             PREFIX, DESTDIR
#   make mutants           plants faults, picked by hand and by chance (SEED=1 COUNT=300 JOBS=2)
#   make deps layers lint sweep clean
#   V=1 shows the commands, CI=1 makes warnings errors; CC CFLAGS LDFLAGS are honoured

VERSION := 0.1.0
BUILD   ?= build
PREFIX  ?= /usr/local
CFLAGS  ?= -O2 -g
OBJCOPY ?= objcopy
PKG     := ncursesw panelw nanomsg libsodium sqlite3 jansson
comma   := ,

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
READY      := $(shell pkg-config --exists $(PKG) 2>/dev/null || echo libraries-are-missing)
ALL_CFLAGS  = -std=c17 -pedantic -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -I. $(WARN) $(PKG_CFLAGS) $(CFLAGS) $(SANFLAG)
ALL_LDFLAGS = $(LDFLAGS) $(SANFLAG)

# One archive a folder, so that each floor is linked on its own. Highest first: the linker's order.
TUI_ROOMS   := tui/command tui/dashboard tui/print tui/view tui/option tui/report tui/screen
LIVE_ROOMS  := node/live node/prove node/record
NODE_ROOMS  := node node/journal node/store
IO_ROOMS    := node/io
MODEL_ROOMS := proto/model/fold proto/model/judge proto/model/say proto/model/base
PROTO_ROOMS := proto/scenario proto/check proto/sim proto/member $(MODEL_ROOMS) proto/fault proto/wire proto/core
FLOORS      := $(TUI_ROOMS) $(LIVE_ROOMS) $(NODE_ROOMS) $(IO_ROOMS) $(PROTO_ROOMS)
archive  = $(BUILD)/lib$(subst /,-,$1).a
archives = $(foreach room,$1,$(call archive,$(room)))
objects  = $(patsubst %.c,$(BUILD)/%.o,$(filter-out %/main.c,$(wildcard $1/*.c)))

UNITS   := $(wildcard tests/unit/*/test_*.c)
TESTS   := $(addprefix $(BUILD)/tests/,$(basename $(notdir $(UNITS))))
BENCHES := $(addprefix $(BUILD)/tests/,$(basename $(notdir $(wildcard tests/bench/bench_*.c))))
SOURCES := $(foreach f,$(FLOORS) tests/unit/* tests/support tests/bench tests/tools,$(wildcard $f/*.c $f/*.h))
PAGES   := $(addprefix $(BUILD)/,paxos-tui.1 paxos-node.1 paxos-recording.5 paxos-tui.bash paxos-tui.zsh paxos-tui.fish)

# A make of ours that was not told how many jobs to run uses every core.
EVERY_CORE = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))
SUBMAKE = +@$(MAKE) --no-print-directory
say = $(if $(V),,@printf '  %-5s %s\n' $1 $2;)

.PHONY: all run check check-build bench bench-build deps install uninstall layers mutants mutants-picked \
	mutants-sample sweep lint clean libraries-are-missing
.DELETE_ON_ERROR:
.SECONDARY:
all: $(BUILD)/paxos-tui $(BUILD)/paxos-node $(PAGES)

$(BUILD)/%.o: %.c | $(READY)
	@mkdir -p $(@D)
	$(call say,CC,$<) $(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

# Tests are compiled once and run once: what they test is optimized, they are not.
$(BUILD)/tests/unit/%.o: CFLAGS += -O0
$(BUILD)/tests/unit/core/test_explore_early.o: CFLAGS += -O2 # it has a core of its own in it

define archive_rule
$(call archive,$1): $(call objects,$1)
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(call say,AR,$$@) $$(AR) rcs $$@ $$^
endef
$(foreach f,$(filter-out proto/check,$(FLOORS)) tests/support,$(eval $(call archive_rule,$f)))

# The explorer copies and compares nodes by the million. It has a core of its own, of the same files
# and with the smallest limits, of which nothing is seen outside but its own functions.
SMALL := -DNODES_MAX=5 -DSLOTS_OPEN_MAX=3 -DPENDING_MAX=2 -DSUMMARIES_MAX=1 -DPOLICY_LINES_MAX=2
SMALL_PARTS = $(patsubst %.c,$(BUILD)/small/%.o,$(wildcard proto/check/*.c proto/core/*.c proto/fault/mistake*.c))

$(BUILD)/small/%.o: %.c | $(READY)
	@mkdir -p $(@D)
	$(call say,CC,small/$<) $(CC) $(ALL_CFLAGS) $(SMALL) -MMD -MP -c $< -o $@

$(call archive,proto/check): $(SMALL_PARTS)
	@rm -f $@
	$(call say,AR,$@) $(LD) -r -o $(BUILD)/small/check.o $^ && \
		$(OBJCOPY) -w -G 'check_*' -G 'lamport_*' $(BUILD)/small/check.o && $(AR) rcs $@ $(BUILD)/small/check.o

$(BUILD)/paxos-node: $(BUILD)/node/main.o $(call archives,$(NODE_ROOMS) $(IO_ROOMS) $(PROTO_ROOMS))
	$(call say,LD,$@) $(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/paxos-tui: $(BUILD)/tui/command/main.o $(call archives,$(TUI_ROOMS) $(LIVE_ROOMS) node/journal node/store $(IO_ROOMS) $(PROTO_ROOMS))
	$(call say,LD,$@) $(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

# A test links what it needs and no more, whatever floor it stands on; what tests share is an
# archive too. Programs of tests lie side by side, wherever their sources are.
ARCHIVES = $(call archives,tests/support $(FLOORS))
define test_rule
$(BUILD)/tests/$(basename $(notdir $1)): $(BUILD)/$(1:.c=.o) $(ARCHIVES)
	$$(call say,LD,$$@) $$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ $$(PKG_LIBS) $$(CMOCKA)
endef
$(foreach source,$(UNITS) $(wildcard tests/bench/bench_*.c),$(eval $(call test_rule,$(source))))

# Man pages and completions are what the programs say about their own tables.
$(BUILD)/%.1: $(BUILD)/%
	@$< --print man > $@
$(BUILD)/paxos-recording.5: $(BUILD)/paxos-tui
	@$< --print man-recording > $@
$(addprefix $(BUILD)/paxos-tui.,bash zsh fish): $(BUILD)/paxos-tui.%: $(BUILD)/paxos-tui
	@$< --print $* > $@

run: PKG_NEEDED = $(PKG)
run: TOOLS_NEEDED = $(firstword $(CC))
run: deps
	$(SUBMAKE) $(EVERY_CORE) all
	@$(BUILD)/paxos-tui $(ARGS)

check: deps
	$(SUBMAKE) $(EVERY_CORE) check-build
	@BUILD=$(BUILD) CC="$(CC)" SAN="$(SAN)" tests/tools/check.sh

check-build: all $(TESTS)

bench: deps
	$(SUBMAKE) $(EVERY_CORE) bench-build
	@BUILD=$(BUILD) tests/bench/bench.sh

bench-build: all $(BENCHES)

layers: $(call archives,$(FLOORS))
	@BUILD=$(BUILD) tests/tools/layers.sh

mutants: mutants-picked mutants-sample
mutants-picked: deps
	@CC="$(CC)" tests/tools/mutants.sh
mutants-sample: deps
	@CC="$(CC)" PKG="$(PKG)" SEED="$(SEED)" COUNT="$(COUNT)" JOBS="$(JOBS)" FILES="$(FILES)" BY="$(BY)" \
		tests/tools/mutants_sample.sh

sweep: deps
	$(SUBMAKE) $(EVERY_CORE) all $(BUILD)/tests/test_judged_runs
	@BUILD=$(BUILD) tests/tools/sweep.sh

# clang-tidy says on stderr only how much it has kept to itself.
TIDY := $(addprefix tidy/,$(filter %.c,$(SOURCES)))
lint:
	@clang-format --dry-run -Werror $(SOURCES)
	@cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
		--suppress=missingIncludeSystem --suppress=uninitvar --suppress=ctuuninitvar -I. $(filter %.c,$(SOURCES))
	$(SUBMAKE) $(EVERY_CORE) -s $(TIDY)
.PHONY: $(TIDY)
$(TIDY): tidy/%:
	clang-tidy --quiet --warnings-as-errors='*' $* -- $(ALL_CFLAGS) 2>/dev/null

# What a Debian needs beyond make; fetched only if something is not there. `make run` does without
# what only tests use.
PKG_NEEDED = $(PKG) cmocka
TOOLS_NEEDED = $(firstword $(CC)) tmux groff jq xmllint pgrep
DEBS := gcc libc6-dev binutils pkg-config libncurses-dev libnanomsg-dev libsodium-dev libsqlite3-dev \
	libjansson-dev libcmocka-dev tmux groff-base jq libxml2-utils procps
deps:
	@missing=; pkg-config --exists $(PKG_NEEDED) 2>/dev/null || missing=libraries; \
	for tool in $(TOOLS_NEEDED); do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	if [ -z "$$missing" ]; then \
		exit 0; \
	elif command -v apt-get >/dev/null; then \
		if [ "$$(id -u)" = 0 ]; then as_root=; else as_root=sudo; fi; \
		$$as_root apt-get -qq update && \
		$$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $(DEBS); \
	else \
		echo "paxos-tui needs a C compiler, pkg-config and the development packages of:" \
			"ncurses (wide characters), nanomsg, libsodium, sqlite3, jansson; for the tests also" \
			"cmocka, tmux, groff, jq, xmllint and pgrep. Install them, then run make again." >&2; \
		exit 1; \
	fi

libraries-are-missing:
	@echo "Some of these libraries are missing: $(PKG). 'make deps' installs them." >&2; exit 1

BIN  := $(DESTDIR)$(PREFIX)/bin
MAN  := $(DESTDIR)$(PREFIX)/share/man/man1
MAN5 := $(DESTDIR)$(PREFIX)/share/man/man5
BASH := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
ZSH  := $(DESTDIR)$(PREFIX)/share/zsh/site-functions
FISH := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
DATA := $(DESTDIR)$(PREFIX)/share/paxos-tui

install: all
	install -d $(BIN) $(MAN) $(MAN5) $(BASH) $(ZSH) $(FISH) $(DATA)
	install -m 755 $(BUILD)/paxos-tui $(BUILD)/paxos-node $(BIN)
	install -m 644 $(BUILD)/paxos-tui.1 $(BUILD)/paxos-node.1 $(MAN)
	install -m 644 $(BUILD)/paxos-recording.5 $(MAN5)
	install -m 644 $(BUILD)/paxos-tui.bash $(BASH)/paxos-tui
	install -m 644 $(BUILD)/paxos-tui.zsh $(ZSH)/_paxos-tui
	install -m 644 $(BUILD)/paxos-tui.fish $(FISH)/paxos-tui.fish
	install -m 644 demo/*.pxs $(DATA)

uninstall:
	rm -f $(BIN)/paxos-tui $(BIN)/paxos-node $(MAN)/paxos-tui.1 $(MAN)/paxos-node.1 $(MAN5)/paxos-recording.5
	rm -f $(BASH)/paxos-tui $(ZSH)/_paxos-tui $(FISH)/paxos-tui.fish
	rm -f $(DATA)/*.pxs
	[ ! -d $(DATA) ] || rmdir --ignore-fail-on-non-empty $(DATA)

clean:
	rm -rf build build-*

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
