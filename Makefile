# seismo. `make demo` shows it, `make test` proves it; `make help` lists the rest.
#
# Everything that is built goes below $(BUILD); sources are found by wildcard: a new file needs no line here.

CC      ?= cc
BUILD   ?= build
SAN     ?=
OPT     ?= -O2
VENV    ?= build/venv

# libcurl, libmicrohttpd and libcrypto are compiled against but loaded when first needed (base/late.h): together they cost
# more start-up time than everything else in the program.
PKGS      := libuv libcjson sqlite3 yaml-0.1 expat libpcre2-8 libutf8proc ncursesw
LATE_PKGS := libcurl libmicrohttpd libcrypto
TEST_PKGS := cmocka
# Asked when a test is built: the library may come long after the program was first built.
TEST_CFLAGS = $(shell pkg-config --cflags $(TEST_PKGS))
TEST_LIBS   = $(shell pkg-config --libs $(TEST_PKGS))

# These start make again once the packages are there, or need no compiler: the flags are not probed for them.
GOALS_WITHOUT_BUILD := help deps demo test asan lint venv clean
ifneq ($(or $(if $(MAKECMDGOALS),,all),$(filter-out $(GOALS_WITHOUT_BUILD),$(MAKECMDGOALS))),)
include $(BUILD)/flags.mk
endif

CPPFLAGS += -Isrc -D_GNU_SOURCE
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wformat=2 -Wundef -Wpointer-arith -Wvla -Werror -Werror=format-security
CFLAGS   += -std=c17 $(OPT) -g $(WARN) $(HARDEN_CFLAGS) -MMD -MP
LDFLAGS  += $(HARDEN_LDFLAGS)
ifneq ($(SAN),)
CFLAGS   += -fsanitize=$(SAN) -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS  += -fsanitize=$(SAN)
endif

EMBED := config.yaml.example $(wildcard views/*.yaml themes/*.yaml tools/*.json src/conf/*.yaml src/model/*.weights)
TREES := $(patsubst %,$(BUILD)/gen/%.tree,$(filter %.yaml,$(EMBED)))
SRC   := $(filter-out src/main.c,$(wildcard src/*/*.c))
OBJ   := $(SRC:%.c=$(BUILD)/%.o) $(BUILD)/gen/embed_table.o
# What reading YAML takes.
PACK_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard src/base/*.c src/conf/yaml*.c src/conf/source.c src/conf/nearest.c))
UNIT  := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
BENCH := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))
PROBE := $(patsubst tests/probe/%.c,$(BUILD)/probe/%,$(wildcard tests/probe/*.c))
FUZZ  := $(patsubst tests/fuzz/fuzz_%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

BENCH_VENV ?= $(BUILD)/bench-venv

.PHONY: all help deps demo test check lint asan bench bench-big torture fuzz docs cast install deb tarball clean venv unit probe
all: $(BUILD)/seismo

help:
	@echo 'make          build $(BUILD)/seismo'
	@echo 'make demo     install what is missing, build, and open the console on the simulated region'
	@echo 'make test     set up the tests and run all of them'
	@echo 'make check    run all tests (after make test has set them up once)'
	@echo 'make asan     the same with address and undefined-behaviour sanitizers'
	@echo 'make lint     layers, banned functions, file sizes'
	@echo 'make bench    measure beside other programs      make fuzz     60 s for each parser'
	@echo 'make bench-big  the same with 10,000,000 jobs'
	@echo 'make torture  the long forms of the tests        make docs     write docs from the tables'
	@echo 'make install  PREFIX=/usr/local                  make clean    remove $(BUILD)'
	@echo 'make cast     record docs/demo.cast'
	@echo 'make deb      a Debian package                   make tarball  an archive with its libraries'
	@echo 'NO_INSTALL=1  lists missing packages instead of installing them'

# A make inside make builds on all processors unless -j was given to the outer one.
JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))
again = @$(MAKE) --no-print-directory $(JOBS)

# One short line per file; V=1 shows the whole command, make -s nothing.
SAY = $(if $(findstring s,$(firstword -$(MAKEFLAGS))),:,printf '%-5s %s\n')
run = @$(if $(V),echo '$(2)',$(SAY) '$(1)' '$@') && $(2)

# --- build ---------------------------------------------------------------------------------------------------------
# Hardening that this compiler, linker and machine know; probed once.
$(BUILD)/flags.mk: packaging/probe-flags.sh Makefile
	@mkdir -p $(@D)
	@CC='$(CC)' SAN='$(SAN)' PKGS='$(PKGS)' LATE_PKGS='$(LATE_PKGS)' sh packaging/probe-flags.sh > $@.tmp && mv $@.tmp $@

$(BUILD)/seismo: $(BUILD)/src/main.o $(BUILD)/libseismo.a
	$(call run,LINK,$(CC) $(LDFLAGS) -o $@ $^ $(LIBS))

# Looks for its libraries beside itself (packaging/tarball.sh). The old form of the tag holds for libraries of libraries and for those that are
# loaded late, too.
PORTABLE := -Wl,--disable-new-dtags,-rpath,'$$ORIGIN/../lib/seismo'
$(BUILD)/portable/seismo: $(BUILD)/src/main.o $(BUILD)/libseismo.a
	@mkdir -p $(@D)
	$(call run,LINK,$(CC) $(LDFLAGS) $(PORTABLE) -o $@ $^ $(LIBS))

$(BUILD)/libseismo.a: $(OBJ)
	@rm -f $@
	@$(AR) rcs $@ $^

$(BUILD)/%.o: %.c $(BUILD)/flags.mk
	@mkdir -p $(@D)
	$(call run,CC,$(CC) $(CPPFLAGS) $(CFLAGS) $(PKG_CFLAGS) -c -o $@ $<)

# Built-in views, themes and prices are read when the program is built, by the program's own reader.
$(BUILD)/gen/pack-yaml: packaging/pack-yaml.c $(PACK_OBJ)
	@mkdir -p $(@D)
	$(call run,HOST,$(CC) $(CPPFLAGS) $(CFLAGS) $(PKG_CFLAGS) $(LDFLAGS) -o $@ $< $(PACK_OBJ) $(LIBS))

$(BUILD)/gen/%.yaml.tree: %.yaml $(BUILD)/gen/pack-yaml
	@mkdir -p $(@D)
	@$(BUILD)/gen/pack-yaml $< $@

$(BUILD)/gen/embed_table.c: src/conf/embed.sh $(EMBED) $(TREES)
	@mkdir -p $(@D)
	@sh src/conf/embed.sh $(BUILD)/gen $(EMBED) > $@

$(BUILD)/gen/embed_table.o: $(BUILD)/gen/embed_table.c
	$(call run,CC,$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<)

-include $(OBJ:.o=.d) $(BUILD)/src/main.d $(UNIT:=.d) $(PROBE:=.d)

# --- two commands --------------------------------------------------------------------------------------------------
deps:
	@sh packaging/deps.sh build

demo: deps
	$(again) all
	@$(BUILD)/seismo demo $(ARGS)

test:
	@sh packaging/deps.sh build test
	$(again) venv all unit probe
	@$(MAKE) --no-print-directory check

# --- tests ---------------------------------------------------------------------------------------------------------
venv: $(VENV)/.stamp
$(VENV)/.stamp: tests/requirements.txt
	@mkdir -p $(@D)
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

unit: $(UNIT) $(PROBE)
$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/libseismo.a $(wildcard tests/unit/*.h)
	@mkdir -p $(@D)
	$(call run,TEST,$(CC) $(CPPFLAGS) -Itests/unit $(CFLAGS) $(PKG_CFLAGS) $(TEST_CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libseismo.a $(LIBS) $(TEST_LIBS))

# Small programs that the Python tests drive, linked with the program's own objects: what the program keeps fixed they
# take as arguments.
probe: $(PROBE)
$(BUILD)/probe/%: tests/probe/%.c $(BUILD)/libseismo.a $(wildcard tests/probe/*.h)
	@mkdir -p $(@D)
	$(call run,PROBE,$(CC) $(CPPFLAGS) -Itests/probe $(CFLAGS) $(PKG_CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libseismo.a $(LIBS))

# PYTEST and ONLY narrow a run: make check ONLY=unit, make check PYTEST='-k rollup'
check: all unit probe
	@SEISMO=$(abspath $(BUILD)/seismo) BUILD=$(abspath $(BUILD)) VENV=$(abspath $(VENV)) SAN='$(SAN)' \
		python3 tests/run.py $(ONLY)

asan:
	@$(MAKE) --no-print-directory venv
	@$(MAKE) --no-print-directory BUILD=build/asan SAN=address,undefined OPT='-O1' check

lint:
	@python3 tests/tools/lint.py

bench: all venv $(BENCH)
	@sh packaging/deps.sh build test bench
	@SEISMO=$(abspath $(BUILD)/seismo) BUILD=$(abspath $(BUILD)) $(VENV)/bin/python tests/bench/bench.py $(ARGS)
	-@$(BUILD)/bench/store

# Ten million jobs: takes half an hour, and 6 GB below $(BUILD)/big the first time.
bench-big: all $(BENCH) $(BENCH_VENV)/.stamp
	@sh packaging/deps.sh build big
	@SEISMO=$(abspath $(BUILD)/seismo) BUILD=$(abspath $(BUILD)) $(BENCH_VENV)/bin/python tests/bench/big.py $(ARGS)

$(BENCH_VENV)/.stamp: tests/requirements-bench.txt
	python3 -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/pip install --quiet --disable-pip-version-check -r tests/requirements-bench.txt
	@touch $@

# A peer of ours must not load our libraries.
$(BUILD)/bench/painter: tests/bench/painter.c
	@mkdir -p $(@D)
	$(call run,PEER,$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< -lncursesw -ltinfo)

$(BUILD)/bench/%: tests/bench/%.c $(BUILD)/libseismo.a
	@mkdir -p $(@D)
	$(call run,BENCH,$(CC) $(CPPFLAGS) $(CFLAGS) $(PKG_CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libseismo.a $(LIBS))

torture: all unit probe venv
	@SEISMO=$(abspath $(BUILD)/seismo) BUILD=$(abspath $(BUILD)) VENV=$(abspath $(VENV)) SEISMO_TORTURE=1 python3 tests/run.py

# The program's objects are built once with the fuzzer's instrumentation; each target links against them.
FUZZ_SAN := -fsanitize=fuzzer,address,undefined
$(BUILD)/fuzz/%: tests/fuzz/fuzz_%.c fuzz-library
	@mkdir -p $(@D)
	$(call run,FUZZ,clang $(CPPFLAGS) -std=c17 -O1 -g $(FUZZ_SAN) $(PKG_CFLAGS) -o $@ $< $(BUILD)/fuzz-lib/libseismo.a $(LIBS))

.PHONY: fuzz-library
fuzz-library:
	@$(MAKE) --no-print-directory -s BUILD=$(BUILD)/fuzz-lib CC=clang OPT=-O1 SAN=fuzzer-no-link,address,undefined $(BUILD)/fuzz-lib/libseismo.a

# Each target grows a corpus of its own below $(BUILD), beginning with what seeds.py gathers.
FUZZ_SECONDS ?= 60
fuzz: $(FUZZ)
	@python3 tests/fuzz/seeds.py $(BUILD)/fuzz/seeds
	@for f in $(FUZZ); do s=$(BUILD)/fuzz/seeds/$${f##*/}; mkdir -p $$f.corpus; echo "$$f"; \
		$$f -max_total_time=$(FUZZ_SECONDS) -print_final_stats=0 -verbosity=0 $$([ -f $$s.dict ] && echo -dict=$$s.dict) $$f.corpus $$s || exit 1; done

# --- the rest ------------------------------------------------------------------------------------------------------
docs: all venv
	@SEISMO=$(abspath $(BUILD)/seismo) $(VENV)/bin/python tests/tools/make_docs.py

# Differs each time: it is a recording.
cast: all
	@SEISMO=$(abspath $(BUILD)/seismo) python3 tests/tools/make_cast.py

PREFIX ?= /usr/local
SHARE   = $(DESTDIR)$(PREFIX)/share
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/doc/seismo $(SHARE)/man/man1 $(SHARE)/bash-completion/completions \
		$(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	install -m 755 $(BUILD)/seismo $(DESTDIR)$(PREFIX)/bin/seismo
	install -m 644 README.md CHANGELOG.md LICENSE config.yaml.example docs/*.md $(SHARE)/doc/seismo/
	umask 022 && $(BUILD)/seismo info man > $(SHARE)/man/man1/seismo.1
	umask 022 && $(BUILD)/seismo completion bash > $(SHARE)/bash-completion/completions/seismo
	umask 022 && $(BUILD)/seismo completion zsh > $(SHARE)/zsh/site-functions/_seismo
	umask 022 && $(BUILD)/seismo completion fish > $(SHARE)/fish/vendor_completions.d/seismo.fish

# A package for this Debian, and an archive that brings all libraries but the C library's along.
deb: all
	@BUILD='$(BUILD)' MAKE='$(MAKE)' sh packaging/deb.sh
tarball: all
	@BUILD='$(BUILD)' MAKE='$(MAKE)' sh packaging/tarball.sh

clean:
	rm -rf $(BUILD)
