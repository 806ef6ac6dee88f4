# paxos-tui: `make run` shows it, `make check` proves it. Both install what is missing first.
#
#   make                   build/paxos-tui and build/paxos-node
#   make run               the dashboard (ARGS='--sim' and the like)
#   make check             every test; ends with "N passed, N failed"
#   make SAN=address,undefined check     the same in a sanitizer build (build-address-undefined)
#   make bench             measures, next to the raw bus of the same minute
#   make install uninstall             PREFIX, DESTDIR
#   make deps layers lint mutants sweep clean
#   V=1 shows the commands, CI=1 makes warnings errors; CC CFLAGS LDFLAGS are honoured

VERSION := 0.1.0
BUILD   ?= build
PREFIX  ?= /usr/local
CFLAGS  ?= -O2 -g
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
FLOORS := tui node node/io proto/scenario proto/sim proto/member proto/model proto/fault proto/wire proto/core
archive = $(BUILD)/lib$(subst /,-,$1).a
objects = $(patsubst %.c,$(BUILD)/%.o,$(filter-out %/main.c,$(wildcard $1/*.c)))
ARCHIVES := $(foreach f,$(FLOORS),$(call archive,$f))
PROTO    := $(foreach f,$(filter proto/%,$(FLOORS)),$(call archive,$f))
IO       := $(call archive,node/io)

TESTS   := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c))
BENCHES := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/bench_*.c))
TEST_SUPPORT := $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(wildcard tests/test_*.c tests/bench_*.c),$(wildcard tests/*.c)))
SOURCES := $(foreach f,$(FLOORS) tests,$(wildcard $f/*.c $f/*.h))
PAGES   := $(addprefix $(BUILD)/,paxos-tui.1 paxos-node.1 paxos-tui.bash paxos-tui.zsh paxos-tui.fish)

# A make of ours that was not told how many jobs to run uses every core.
JOBS = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))
SUBMAKE = +@$(MAKE) --no-print-directory
say = $(if $(V),,@printf '  %-5s %s\n' $1 $2;)

.PHONY: all run check check-build bench bench-build deps install uninstall layers mutants sweep lint clean \
	libraries-are-missing
.DELETE_ON_ERROR:
.SECONDARY:
all: $(BUILD)/paxos-tui $(BUILD)/paxos-node $(PAGES)

$(BUILD)/%.o: %.c | $(READY)
	@mkdir -p $(@D)
	$(call say,CC,$<) $(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

define archive_rule
$(call archive,$1): $(call objects,$1)
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(call say,AR,$$@) $$(AR) rcs $$@ $$^
endef
$(foreach f,$(FLOORS),$(eval $(call archive_rule,$f)))

$(BUILD)/paxos-node: $(BUILD)/node/main.o $(call archive,node) $(IO) $(PROTO)
	$(call say,LD,$@) $(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/paxos-tui: $(BUILD)/tui/main.o $(call archive,tui) $(IO) $(PROTO)
	$(call say,LD,$@) $(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

# A test links what it needs and no more, whatever floor it stands on; what tests share is an
# archive too.
$(BUILD)/libtests.a: $(TEST_SUPPORT)
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,AR,$@) $(AR) rcs $@ $^

$(BUILD)/tests/test_%: $(BUILD)/tests/test_%.o $(BUILD)/libtests.a $(ARCHIVES)
	$(call say,LD,$@) $(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) $(CMOCKA)

$(BUILD)/tests/bench_%: $(BUILD)/tests/bench_%.o $(ARCHIVES)
	$(call say,LD,$@) $(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

# Man pages and completions are what the programs say about their own tables.
$(BUILD)/%.1: $(BUILD)/%
	@$< --print man > $@
$(addprefix $(BUILD)/paxos-tui.,bash zsh fish): $(BUILD)/paxos-tui.%: $(BUILD)/paxos-tui
	@$< --print $* > $@

run: PKG_NEEDED = $(PKG)
run: TOOLS_NEEDED = $(firstword $(CC))
run: deps
	$(SUBMAKE) $(JOBS) all
	@$(BUILD)/paxos-tui $(ARGS)

check: deps
	$(SUBMAKE) $(JOBS) check-build
	@BUILD=$(BUILD) CC="$(CC)" SAN="$(SAN)" tests/check.sh

check-build: all $(TESTS)

bench: deps
	$(SUBMAKE) $(JOBS) bench-build
	@BUILD=$(BUILD) tests/bench.sh

bench-build: all $(BENCHES)

layers: $(PROTO)
	@BUILD=$(BUILD) tests/layers.sh

mutants: deps
	@CC="$(CC)" tests/mutants.sh

sweep: deps
	$(SUBMAKE) $(JOBS) all
	@BUILD=$(BUILD) tests/sweep.sh

# clang-tidy says on stderr only how much it has kept to itself.
TIDY := $(addprefix tidy/,$(filter %.c,$(SOURCES)))
lint:
	@clang-format --dry-run -Werror $(SOURCES)
	@cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
		--suppress=missingIncludeSystem --suppress=uninitvar --suppress=ctuuninitvar -I. $(filter %.c,$(SOURCES))
	$(SUBMAKE) $(JOBS) -s $(TIDY)
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
BASH := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
ZSH  := $(DESTDIR)$(PREFIX)/share/zsh/site-functions
FISH := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d

install: all
	install -d $(BIN) $(MAN) $(BASH) $(ZSH) $(FISH)
	install -m 755 $(BUILD)/paxos-tui $(BUILD)/paxos-node $(BIN)
	install -m 644 $(BUILD)/paxos-tui.1 $(BUILD)/paxos-node.1 $(MAN)
	install -m 644 $(BUILD)/paxos-tui.bash $(BASH)/paxos-tui
	install -m 644 $(BUILD)/paxos-tui.zsh $(ZSH)/_paxos-tui
	install -m 644 $(BUILD)/paxos-tui.fish $(FISH)/paxos-tui.fish

uninstall:
	rm -f $(BIN)/paxos-tui $(BIN)/paxos-node $(MAN)/paxos-tui.1 $(MAN)/paxos-node.1
	rm -f $(BASH)/paxos-tui $(ZSH)/_paxos-tui $(FISH)/paxos-tui.fish

clean:
	rm -rf build build-*

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
