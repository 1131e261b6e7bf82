# Start with make run, make check and make test. `make help` lists the others.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

WEB     := shared/web
ENGINE  := infra/local/engine
DIST    := $(WEB)/console/dist/index.html
BIN     ?= bin/$(ARCH)
DEPLOY  := infra/deploytest
TOOLS   := .tools
LINTER  := $(TOOLS)/golangci-lint-$(shell cat .golangci-lint-version)
FUNCTIONS := $(notdir $(patsubst %/lambda,%,$(wildcard functions/*/lambda)))
ARCH    ?= arm64
STAGE   ?= dev
CONTEXT ?=
CDK     := JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=1 NODE_NO_WARNINGS=1 $(TOOLS)/cdk/node_modules/.bin/cdk
FUZZTIME ?= 60s
NPM     := npm --no-audit --no-fund --loglevel=error

# The same build flags everywhere, so that linters, tests, make run and the functions share what is compiled.
export GOFLAGS := -trimpath -buildvcs=false
export CGO_ENABLED := 0
# The timed stories of the browser and of the local stack come before compilers and unit tests.
NICELY := nice -n 5
# The linters run go vet's checks, and test binaries need no debug information.
TESTED := -vet=off -ldflags=-s
# The race detector's build of these packages is not optimised: optimising them takes a minute.
UNOPTIMISED := -gcflags='modernc.org/...=-N -l' -gcflags='github.com/aws/aws-sdk-go-v2/service/...=-N -l'

# Where each package's tests run: the suites by themselves, what shares memory under the race detector only, the others plain.
# Go keeps a package's result while its code and dependencies are unchanged. RULES reads the whole tree, so it runs every time.
SUITES := ./infra/local/acceptance ./infra/local/crash ./infra/deploytest
RACE   := ./shared/cache ./shared/limit ./shared/obs ./shared/push ./shared/secret ./functions/admin ./functions/api ./functions/clock ./functions/send ./functions/socket ./infra/local/sqs/... ./infra/local/source/... ./infra/local/gateway/... ./infra/local/runtimeapi/... ./infra/local/stack/...
RULES  := ./shared/arch
# The other packages: `$(call except,A B)` sets the shell's variable packages to all but those of A and B.
except  = packages=$$(go list ./... | grep -vxF "$$(go list $(1))")

# What `make check` compares the working tree with.
BASE    ?= $(shell git merge-base HEAD origin/main 2>/dev/null || git rev-parse HEAD)
CHANGED  = $(shell git diff --name-only --relative $(BASE); git ls-files --others --exclude-standard)

# phase runs a target and notes its seconds and those of the processors.
PHASES := $(TOOLS)/phases
phase   = @began=$$(date +%s); result=0; $(MAKE) $(1) || result=$$?; \
	times >$(PHASES).$(notdir $(1)); cpu=$$(awk -F '[ms ]+' 'NR == 2 {printf "%d", 60 * ($$1 + $$3) + $$2 + $$4}' $(PHASES).$(notdir $(1))); \
	printf '%-22s %5d s %6d s\n' '$(notdir $(1))' $$(($$(date +%s) - began)) $$cpu >>$(PHASES); exit $$result

# Compilers and linters live for seconds: less garbage collection saves a tenth of their time.
test check lint $(LINTER): export GOGC := 400

.PHONY: help
help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z][a-z-]*:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: $(ENGINE)/node_modules $(DIST) ## start everything on http://127.0.0.1:8080 (PORT, DATA_DIR, SEED=none, CLOCK, LAMBDA=process change that)
	@mkdir -p bin
	@go build -o bin/recado ./infra/local
	@if [ "$${LAMBDA:-}" = process ]; then $(MAKE) build ARCH=$$(go env GOARCH) >/dev/null; fi
	@exec bin/recado

.PHONY: test
test: ## everything that must pass (budget on two cores: 11 min, 16 with empty caches); prints the seconds of each phase and package
	@mkdir -p $(TOOLS) && rm -f $(PHASES)*
	@began=$$(date +%s); trap 'printf "\nphase                  wall (lanes overlap), processors\n"; cat $(PHASES); echo "total $$(($$(date +%s) - began)) s"' EXIT; \
	$(MAKE) -j3 -O prepare-linter prepare-packages prepare-tools && $(MAKE) -j3 -O lane-go lane-browser lane-deploy

# The lanes run side by side: the first computes, the others mostly wait, for a browser and for CloudFormation.
.PHONY: prepare-linter prepare-packages prepare-tools compile lane-go lane-browser lane-deploy
prepare-linter:
	$(call phase,$(LINTER))

prepare-packages:
	$(call phase,compile)

prepare-tools:
	$(call phase,install)

# Every lane needs the packages: compiled once before them, they are not compiled by each at the same time.
compile:
	go list -export -deps -test ./... >/dev/null

lane-go:
	$(call phase,test-packages)
	$(call phase,test-system)

lane-browser:
	$(call phase,test-web)
	$(call phase,test-browser)
	$(call phase,lint)

lane-deploy:
	$(call phase,test-deploy)
	$(call phase,test-race)
	$(call phase,fuzz-short)

.PHONY: check check-packages check-suites
check: $(LINTER) $(ENGINE)/node_modules ## the quick check while you work (3 min at most): lint, the tests of what changed since BASE and of what depends on it
	@$(MAKE) -j2 -O check-packages check-suites

check-packages:
	$(LINTER) run --allow-parallel-runners ./...
	@$(call except,$(SUITES) $(RULES)); go test $(TESTED) -timeout 10m $$packages
	go test $(TESTED) -count=1 $(RULES)

# The suites whose files changed run beside the packages: the largest mostly waits for CloudFormation. -short stops the handlers at a fifth
# of their calls.
check-suites:
	@changed=' $(CHANGED)'; \
	touched() { [[ "$$changed" == *" $$1/"* ]]; }; \
	if touched infra/local/acceptance; then go test $(TESTED) -timeout 15m ./infra/local/acceptance; fi; \
	if touched infra/local/crash; then go test $(TESTED) -short -timeout 15m ./infra/local/crash; fi; \
	if touched infra/deploytest; then $(MAKE) test-deploy; fi; \
	if touched $(WEB); then $(MAKE) test-web; fi

.PHONY: generate
generate: ## make the OpenAPI document and the browsers' guards from shared/wire and the routes
	go run ./infra/contract

.PHONY: test-go
test-go: test-packages test-race test-system ## the Go packages' tests

.PHONY: test-packages
test-packages: $(ENGINE)/node_modules
	@$(call except,$(SUITES) $(RACE) $(RULES)); $(NICELY) go test $(TESTED) -timeout 10m $$packages
	$(NICELY) go test $(TESTED) -count=1 $(RULES)

.PHONY: test-system
test-system: $(ENGINE)/node_modules
	go test $(TESTED) -timeout 15m ./infra/local/acceptance ./infra/local/crash

.PHONY: test-race
test-race: $(ENGINE)/node_modules ## the concurrent packages, under the race detector
	CGO_ENABLED=1 $(NICELY) go test -race $(TESTED) $(UNOPTIMISED) -timeout 10m $(RACE)

.PHONY: test-deploy
test-deploy: $(TOOLS)/cdk/ready $(TOOLS)/deploytest/ready $(DIST) ## cdk deploy onto an emulator of AWS, as an upgrade, and the main job there
	go test $(TESTED) -timeout 15m -v ./infra/deploytest

.PHONY: test-web
test-web: web-install ## the browser side: types, style, unit tests
	cd $(WEB) && $(NPM) run typecheck && $(NPM) run lint && $(NPM) test

.PHONY: test-browser
test-browser: $(ENGINE)/node_modules $(DIST) chromium ## the stories in Chromium, on the local stack (5 min)
	@mkdir -p bin
	go build -o bin/recado ./infra/local
	cd $(WEB) && $(NPM) run e2e

.PHONY: fuzz
fuzz: ## look for inputs that break a channel's splitter and parser (a minute each; FUZZTIME changes that)
	@# Unbounded, minimising the first finding would take the whole time.
	@for target in whatsapp/FuzzSplit whatsapp/FuzzParse whatsapp/FuzzVerify webchat/FuzzSplitAndParse telegram/FuzzSplitAndParse; do \
		$(NICELY) go test -vet=off ./shared/channel/$${target%/*} -run '^$$' -fuzz "^$${target#*/}\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 50x; \
	done

.PHONY: fuzz-short
fuzz-short:
	@$(MAKE) fuzz FUZZTIME=5s

.PHONY: lint
lint: $(LINTER) ## go vet and the other linters of .golangci.yml; the rules of the repository are tests in shared/arch
	$(NICELY) $(LINTER) run --allow-parallel-runners ./...

.PHONY: fmt
fmt: $(LINTER) web-install ## format Go and TypeScript
	$(LINTER) fmt ./...
	cd $(WEB) && $(NPM) run format

.PHONY: build
build: $(addprefix $(BIN)/,$(addsuffix /bootstrap,$(FUNCTIONS))) ## build every function for Lambda (ARCH=arm64) and print its size
	@du -h --apparent-size $^

# The SDK's chains of middleware, not inlined, are a twentieth smaller binaries.
LAMBDA_BUILD := GOOS=linux GOARCH=$(ARCH) go build -tags lambda.norpc -gcflags='github.com/aws/...=-l' -ldflags "-s -w -buildid="

$(BIN)/%/bootstrap: FORCE
	@$(LAMBDA_BUILD) -o $@ ./functions/$*/lambda

$(BIN)/minimal/bootstrap: FORCE # what cold starts are compared with
	@$(LAMBDA_BUILD) -o $@ ./infra/bench/minimal

.PHONY: assets
assets: build $(DIST) # what cdk.json builds before it synthesises

.PHONY: synth
synth: $(TOOLS)/cdk/ready ## make the CloudFormation templates of a stage (STAGE=dev) in .cdk.out, with no finding left
	$(CDK) synth --strict --quiet -c stage=$(STAGE) $(CONTEXT)

.PHONY: diff
diff: $(TOOLS)/cdk/ready ## what a deployment of STAGE would change in your AWS account
	$(CDK) diff --all -c stage=$(STAGE) $(CONTEXT)

.PHONY: deploy
deploy: $(TOOLS)/cdk/ready ## deploy STAGE into your AWS account; then make secrets
	@# --force: a resource of State that was replaced changes Service, whose template only names the output.
	$(CDK) deploy --all --force -c stage=$(STAGE) $(CONTEXT)

.PHONY: secrets
secrets: ## write STAGE's provider secrets from META_APP_SECRET, META_VERIFY_TOKEN and the like, and generate those that are ours
	@go run ./infra/secrets -stage $(STAGE)

.PHONY: invoke
invoke: $(ENGINE)/node_modules ## invoke a function with its sample events: make invoke FUNCTION=webhook
	@go run ./infra/local/invoke $(FUNCTION)

.PHONY: bench
bench: $(ENGINE)/node_modules $(DIST) chromium ## measure what infra/bench/README.md holds (40 min; BENCH="cold size" takes some)
	go run ./infra/bench $(BENCH)

.PHONY: cost
cost: $(ENGINE)/node_modules $(DIST) chromium ## print the bill of an idle month, and of a million inbound messages metered with three consoles in Chromium (8 min; infra/cost/README.md)
	@go run ./infra/cost/report

.PHONY: clean
clean: ## remove what was built and the local stack's data
	rm -rf bin .local $(WEB)/console/dist $(WEB)/widget/dist

.PHONY: install
install: web-install chromium $(ENGINE)/node_modules $(TOOLS)/cdk/ready $(TOOLS)/deploytest/ready $(DIST)

.PHONY: web-install
web-install: $(WEB)/node_modules

$(WEB)/node_modules: $(WEB)/package-lock.json
	cd $(WEB) && $(NPM) ci
	@touch $@

$(ENGINE)/node_modules: $(ENGINE)/package-lock.json
	cd $(ENGINE) && $(NPM) ci
	@touch $@

$(TOOLS)/cdk/ready: $(DEPLOY)/package-lock.json
	@mkdir -p $(@D) && cp $(DEPLOY)/package.json $(DEPLOY)/package-lock.json $(@D)
	cd $(@D) && $(NPM) ci
	@touch $@

$(TOOLS)/deploytest/ready: $(DEPLOY)/requirements.txt
	python3 -m venv $(TOOLS)/deploytest
	$(TOOLS)/deploytest/bin/pip install -q --disable-pip-version-check -r $<
	@touch $@

$(DIST): $(WEB)/node_modules $(shell find $(WEB)/console $(WEB)/lib $(WEB)/loader $(WEB)/widget -type f -not -path '*/dist/*' -not -path '*/node_modules/*' 2>/dev/null)
	cd $(WEB) && $(NPM) run build
	@touch $@

# Only what the analysis spends its time in is optimised: x/tools and staticcheck. The other hundred linters just compile.
UNTUNED := -gcflags='all=-N -l' -gcflags=std= -gcflags=golang.org/x/...= -gcflags=honnef.co/...=

$(LINTER): .golangci-lint-version
	GOBIN=$(abspath $(TOOLS)) go install -ldflags "-s -w" $(UNTUNED) github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(shell cat .golangci-lint-version)
	@mv $(TOOLS)/golangci-lint $@

.PHONY: chromium
chromium:
	@# Debian's Chromium without its windows: the same pages take two thirds of the time.
	@command -v chromium-headless-shell >/dev/null || (apt-get update -q && apt-get install -y -q --no-install-recommends chromium-headless-shell)

.PHONY: FORCE
FORCE:
