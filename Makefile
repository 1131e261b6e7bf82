# Two commands are all a newcomer needs: make run and make test. `make help` lists the others.
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

# One way of compiling for everything, so that linters, tests, make run and the functions share what is compiled.
export GOFLAGS := -trimpath -buildvcs=false
export CGO_ENABLED := 0
# The linters vet more than go test would, once; nobody debugs a test's binary.
TESTED := -vet=off -ldflags=-s
# The largest packages of others are watched for races without being optimised first, which would take a minute.
QUICKLY := -gcflags='modernc.org/...=-N -l' -gcflags='github.com/aws/aws-sdk-go-v2/service/...=-N -l'

# Compilers and linters live for seconds: letting their garbage lie spares a tenth of their work.
test lint $(LINTER): export GOGC := 400

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
test: ## all that must be green: budget 20 min on two cores with nothing compiled yet, of which the parts have what is said below
	@$(MAKE) -j2 -O $(LINTER) install
	@$(MAKE) -j2 -O lint test-web
	@$(MAKE) test-packages
	@$(MAKE) test-system
	@$(MAKE) test-browser
	@$(MAKE) -j3 -O test-deploy test-race fuzz-short

.PHONY: test-go
test-go: test-packages test-system ## the Go packages' tests (6 min)

.PHONY: test-packages
test-packages: $(ENGINE)/node_modules
	go test $(TESTED) -timeout 10m $$(go list ./... | grep -vE '/infra/(local/stories|local/crash|deploytest)$$')

.PHONY: test-system
test-system: $(ENGINE)/node_modules
	go test $(TESTED) -timeout 15m ./infra/local/acceptance ./infra/local/crash

.PHONY: test-race
test-race: $(ENGINE)/node_modules ## the race detector on rules, desk and the local stack (1 min)
	CGO_ENABLED=1 go test -race $(TESTED) $(QUICKLY) -timeout 10m ./shared/rules/... ./shared/desk/... ./infra/local/sqs/... ./infra/local/source/... ./infra/local/gateway/... ./infra/local/runtimeapi/... ./infra/local/stack/...

.PHONY: test-deploy
test-deploy: $(TOOLS)/cdk/ready $(TOOLS)/deploytest/ready $(DIST) ## cdk deploy onto an emulator of AWS, as an upgrade, and the main job there (5 min, with the race detector and the fuzzing beside it)
	go test $(TESTED) -timeout 15m -v ./infra/deploytest

.PHONY: test-web
test-web: web-install ## the browser side: types, rules of style, unit tests (2 min)
	cd $(WEB) && $(NPM) run typecheck && $(NPM) run lint && $(NPM) test

.PHONY: test-browser
test-browser: $(ENGINE)/node_modules $(DIST) chromium ## the stories in Chromium, on the local stack (5 min)
	@mkdir -p bin
	go build -o bin/recado ./infra/local
	cd $(WEB) && $(NPM) run e2e

.PHONY: fuzz
fuzz: ## look for inputs that break a channel's splitter and parser (a minute each; FUZZTIME changes that)
	@# Left alone, it spends the whole time on making its first find smaller.
	@for target in whatsapp/FuzzSplit whatsapp/FuzzParse whatsapp/FuzzVerify webchat/FuzzSplitAndParse telegram/FuzzSplitAndParse; do \
		go test ./shared/channel/$${target%/*} -run '^$$' -fuzz "^$${target#*/}\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 50x; \
	done

.PHONY: fuzz-short
fuzz-short:
	@$(MAKE) fuzz FUZZTIME=5s

.PHONY: lint
lint: $(LINTER) ## go vet with all it has and the other linters (.golangci.yml); the house rules are tests in shared/arch
	$(LINTER) run ./...

.PHONY: fmt
fmt: $(LINTER) web-install ## format Go and TypeScript
	$(LINTER) fmt ./...
	cd $(WEB) && $(NPM) run format

.PHONY: build
build: $(addprefix $(BIN)/,$(addsuffix /bootstrap,$(FUNCTIONS))) ## build every function for Lambda (ARCH=arm64) and print its size
	@du -h --apparent-size $^

LAMBDA_BUILD := GOOS=linux GOARCH=$(ARCH) go build -tags lambda.norpc -ldflags "-s -w -buildid="

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
	$(CDK) deploy --all -c stage=$(STAGE) $(CONTEXT)

.PHONY: secrets
secrets: ## write STAGE's provider secrets from META_APP_SECRET, META_VERIFY_TOKEN and the like, and generate those that are ours
	@go run ./infra/secrets -stage $(STAGE)

.PHONY: invoke
invoke: $(ENGINE)/node_modules ## fire a function's samples at it: make invoke FUNCTION=webhook
	@go run ./infra/local/invoke $(FUNCTION)

.PHONY: bench
bench: $(ENGINE)/node_modules $(DIST) chromium ## measure what infra/bench/README.md holds (10 min; BENCH="cold size" takes some)
	go run ./infra/bench $(BENCH)

.PHONY: cost
cost: $(ENGINE)/node_modules ## print the bill of an idle month, and of a million inbound messages from a metered run (2 min; infra/cost/README.md)
	@go run ./infra/cost/report

.PHONY: clean
clean: ## remove what was built and the local stack's data
	rm -rf bin .local $(WEB)/console/dist $(WEB)/widget/dist

.PHONY: install
install: web-install chromium $(ENGINE)/node_modules $(TOOLS)/cdk/ready $(TOOLS)/deploytest/ready

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

# Of a hundred linters the ones that take long stand on x/tools and staticcheck: the others are compiled in haste.
HASTILY := -gcflags='all=-N -l' -gcflags=std= -gcflags=golang.org/x/...= -gcflags=honnef.co/...=

$(LINTER): .golangci-lint-version
	GOBIN=$(abspath $(TOOLS)) go install -ldflags "-s -w" $(HASTILY) github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(shell cat .golangci-lint-version)
	@mv $(TOOLS)/golangci-lint $@

.PHONY: chromium
chromium:
	@# Debian's Chromium without its windows: the same pages take two thirds of the time.
	@command -v chromium-headless-shell >/dev/null || (apt-get update -q && apt-get install -y -q --no-install-recommends chromium-headless-shell)

.PHONY: FORCE
FORCE:
