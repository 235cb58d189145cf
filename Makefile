# The one entry to everything; CI calls the same targets. `make demo` and `make test` need nothing
# but Debian 12 (or the like) with Swift 6.3.

SOURCES = Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/lake-bench
RELEASE = swift build -c release --static-swift-stdlib --product lake

PREFIX ?= /usr/local

.PHONY: program install uninstall tarball deb check-install screenshot setup build release demo test kills test-release check format lint sanitize coverage bench clean

setup:
	@Scripts/setup

build: setup
	swift build

release: setup
	$(RELEASE)

# One stripped program without needs, its manual page and completions: see Scripts/package.
program: setup
	Scripts/package program

install:
	@test -x dist/lake || $(MAKE) program
	Scripts/package tree "$(DESTDIR)$(PREFIX)"

uninstall:
	rm -f "$(DESTDIR)$(PREFIX)/bin/lake" "$(DESTDIR)$(PREFIX)/share/man/man1/lake.1.gz" \
	  "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/lake" \
	  "$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_lake" \
	  "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/lake.fish"

tarball: program
	Scripts/package tarball

deb: program
	Scripts/package deb

check-install:
	Scripts/check-install

# The picture in the README; needs tmux and python3.
screenshot: release
	Scripts/screenshot "$$($(RELEASE) --show-bin-path)/lake" docs/shell.svg

demo: release
	@Scripts/demo "$$($(RELEASE) --show-bin-path)/lake"

test: setup
	swift test --disable-xctest --parallel

# The test of trust, short and with fixed seeds; before a release run it with --kills 300.
kills: setup
	swift build --product lake
	@command -v python3 > /dev/null || { echo "kills: skipped, there is no python3"; exit 0; }; \
	for seed in 1 2; do \
	  Scripts/kill-ingest "$$(swift build --show-bin-path)/lake" --kills 10 --seed $$seed --megabytes 1 || exit 1; \
	done; \
	Scripts/kill-statements "$$(swift build --show-bin-path)/lake" --rounds 11 --rows 5000

test-release: setup
	swift test -c release -Xswiftc -enable-testing --disable-xctest --scratch-path .build-release

check: lint
	swift build --build-tests --explicit-target-dependency-import-check error
	$(MAKE) test

format:
	swift format format --in-place --parallel --recursive $(SOURCES)

lint:
	swift format lint --strict --parallel --recursive $(SOURCES)

sanitize: setup
	swift test --disable-xctest --sanitize=address --scratch-path .build-address
	swift test --disable-xctest --sanitize=thread --scratch-path .build-thread

coverage: setup
	swift test --disable-xctest --enable-code-coverage

bench: setup
	swift build -c release --static-swift-stdlib --package-path Benchmarks

clean:
	rm -rf .build .build-* Benchmarks/.build dist
