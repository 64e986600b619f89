SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
RUNS ?= 200
PEER ?=
# The libcurl of the static binary; several work trees may share one.
LIBCURL_DIR ?= $(CURDIR)/.build/libcurl

BINARY := .build/static/tokenxchange
SCRATCH := .build/static-scratch
SOURCES := Package.swift $(shell find Sources -type f)
BUILD_PACKAGES := gcc libc6-dev libc-ares-dev libssl-dev make dpkg-dev
TEST_PACKAGES := nginx-light openssl curl hyperfine tinyproxy socat zsh fish python3 python3-yaml \
  yamllint valgrind util-linux procps time
FORMATTED := Package.swift Sources Tests

# Calls of these by others go to Sources/CPlatform.
HOOKS := curl_easy_setopt curl_multi_add_handle curl_multi_info_read \
  CFURLSessionCurlHostIsEqual _CFProcessPath
# Without incremental code generation no hash of the build lies in the objects, and the folder's
# name is mapped away: the same sources give the same bytes. Nothing here throws through frames of C,
# so the index for finding them is left out.
STATIC_FLAGS := -c release --scratch-path $(SCRATCH) --product tokenxchange \
  --static-swift-stdlib -Xswiftc -static-executable -Xcc -DTOKENXCHANGE_STATIC \
  -Xswiftc -Xfrontend -Xswiftc -disable-incremental-llvm-codegen \
  -Xcc -ffile-prefix-map=$(CURDIR)=. -Xswiftc -file-prefix-map -Xswiftc $(CURDIR)=. \
  $(HOOKS:%=-Xlinker --wrap=%) -Xlinker -L$(LIBCURL_DIR)/lib \
  -Xlinker -lcurl -Xlinker -lcares -Xlinker -lssl -Xlinker -lcrypto \
  -Xlinker --gc-sections -Xlinker --icf=safe -Xlinker --no-eh-frame-hdr -Xlinker -s -Xlinker --build-id=none

.PHONY: help
help: ## Show this list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

.PHONY: deps
deps: ## Install the Debian or Ubuntu packages that the static build needs
	@.ci/packages build $(BUILD_PACKAGES)

.PHONY: test-deps
test-deps: ## Install the packages that the tests need
	@.ci/packages test $(TEST_PACKAGES)

.PHONY: libcurl
libcurl: deps ## Build libcurl for the static binary, once
	@.ci/libcurl $(LIBCURL_DIR)

.PHONY: static
static: libcurl ## Build the one file to ship: .build/static/tokenxchange
	@$(MAKE) --no-print-directory $(BINARY)

# The old program is removed because SwiftPM does not see that an archive has changed.
$(BINARY): $(SOURCES) Makefile $(LIBCURL_DIR)/built
	@rm -f $(SCRATCH)/release/tokenxchange
	@.ci/static-link $(SWIFT) build $(STATIC_FLAGS)
	@mkdir -p $(@D)
	@cp $(SCRATCH)/release/tokenxchange $@.new && mv $@.new $@

.PHONY: build
build: ## Build for work on the code (dynamic, debug)
	$(SWIFT) build

.PHONY: install
install: static ## Install the static binary: PREFIX=/usr/local DESTDIR=
	install -D -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/tokenxchange

# Most tests run programs; hundreds at once would only wait for each other.
# Swift before 6.3 lacks the option.
TEST = TOKENXCHANGE_BINARY=$(CURDIR)/$(BINARY) $(SWIFT) test --disable-xctest \
  $(shell $(SWIFT) test --help-hidden | \
    sed -n 's/.*\(--experimental-maximum-parallelization-width\) .*/\1 4/p')

.PHONY: test
test: test-deps static ## Run everything that CI runs
	$(TEST)

.PHONY: bench
bench: test-deps static ## Measure it beside curl: RUNS=200 PEER='any other command'
	@RUNS='$(RUNS)' PEER='$(PEER)' Tests/bench/bench.py $(BINARY)

.PHONY: soak
soak: test-deps static ## Run the long tests: outages, thousands of renewals, hundreds of kills
	TOKENXCHANGE_SOAK=1 $(TEST) --filter 'CacheKillTests|Sidecar(Process|Signal)Tests'

.PHONY: fuzz
fuzz: ## Feed 1,000,000 inputs to the parsers: INPUTS=1000000
	@SWIFT='$(SWIFT)' Tests/Fuzz/run.sh

.PHONY: demo
demo: deps ## Show an exchange and kubectl, with stand-ins on loopback
	@MAKE='$(MAKE)' SWIFT='$(SWIFT)' LIBCURL_DIR='$(LIBCURL_DIR)' Tests/demo.sh

.PHONY: walkthrough
walkthrough: test-deps static ## From a service account token to kubectl auth whoami, by generated files
	@$(SWIFT) build --product dex-standin
	@Tests/walkthrough.sh $(BINARY) .build/debug/dex-standin

.PHONY: lint
lint: ## Check the format of the sources
	$(SWIFT) format lint --strict --recursive $(FORMATTED)

.PHONY: format
format: ## Format the sources
	$(SWIFT) format --in-place --recursive $(FORMATTED)

.PHONY: dist
dist: static ## Write the binary and its checksum to dist/
	@mkdir -p dist
	@install -m 755 $(BINARY) dist/tokenxchange
	@cd dist && sha256sum tokenxchange >SHA256SUMS && cat SHA256SUMS

.PHONY: clean
clean: ## Remove what was built, but not libcurl
	rm -rf dist .build/static $(SCRATCH) .build/debug .build/release .build/*-linux-gnu
