package arch

import (
	"slices"
	"strings"
	"testing"
)

// layers lists every package of the module, the lowest layer first. A package may import packages of lower layers only, so packages of
// one layer do not import each other. "a/..." stands for the packages below a, and the longest pattern that matches decides.
var layers = [][]string{
	{"events", "shared/fault", "shared/auth", "shared/cache", "shared/obs", "shared/push", "shared/sdk", "shared/chat/filetype", "shared/chat/text"},
	{"shared/chat", "shared/blob", "shared/boot", "shared/identity", "shared/limit", "shared/mail", "shared/outbound", "shared/picture", "shared/secret", "shared/sniff"},
	{"shared/channel", "shared/chat/bounds", "shared/chat/pool", "shared/chat/relink", "shared/channel/whatsapp/example", "shared/channel/whatsapp/interactive", "shared/channel/whatsapp/phone", "shared/channel/whatsapp/wamid", "shared/cursor", "shared/queue", "shared/rules/...", "shared/seal"},
	{"shared/rules/assignment", "shared/rules/drafts", "shared/channel/...", "shared/dynamo/internal/table", "shared/wire"},
	{"shared/channel/all", "shared/desk", "shared/dynamo/internal/key", "shared/httpapi", "shared/httpapi/upload", "shared/wire/present"},
	{"shared/desk/...", "shared/dynamo/internal/item", "shared/push/audience"},
	{"shared/desk/contacts", "shared/desk/inbound", "shared/desk/outbound", "shared/dynamo/activity", "shared/dynamo/live", "shared/dynamo/schedule", "shared/dynamo/stream", "shared/push/dispatch"},
	{"shared/dynamo/contact", "shared/dynamo/directory"},
	{"shared/dynamo/conversation"},
	{"shared/dynamo"},
	{"shared/httpapi/rest"},
	{"shared/httpapi/team"},
	{"functions/admin/enroll"},
	{"functions/admin/...", "functions/api/..."},
	{"functions/..."},
	{"functions/.../lambda"},

	{"infra/topology", "infra/local/awsjson", "infra/local/engine", "infra/local/gateway", "infra/local/runtimeapi", "infra/local/sqs", "infra/local/sim"},
	{"infra/config", "infra/cost", "infra/local/awscalls", "infra/local/sim/..."},
	{"infra/constructs", "infra/secrets", "infra/local/..."},
	{"infra/stacks", "infra/local/stack", "infra/bench/consoles", "infra/bench/measure"},
	{"infra", "infra/contract", "infra/local", "infra/local/invoke", "infra/bench/...", "infra/cost/inbound"},
	{"infra/bench", "infra/compare", "infra/cost/report"},

	{"infra/testkit/chattest", "infra/testkit/contracttest", "infra/testkit/enginetest", "infra/testkit/pushtest", "infra/testkit/queuetest"},
	{"infra/testkit/dynamotest"},
	{"infra/testkit/boottest", "infra/testkit/desktest"},
	{"infra/testkit/apitest", "infra/testkit/channeltest"},
	{"infra/deploytest", "shared/arch"},
}

func TestLayers_ImportsPointDown(t *testing.T) {
	t.Parallel()
	list := packages(t)
	for _, problem := range upwardImports(list) {
		t.Error(problem)
	}
	used := map[string]bool{}
	for _, p := range list {
		_, pattern := layerOf(p.ImportPath)
		used[pattern] = true
	}
	for _, layer := range layers {
		for _, pattern := range layer {
			if !used[pattern] {
				t.Errorf("the table of layers names %s, and no package is there", pattern)
			}
		}
	}
}

// TestLayers_MadeUpImports_AreFound checks the check.
func TestLayers_MadeUpImports_AreFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from, to string
		want     string
	}{
		"down":            {"shared/desk/outbound", "shared/chat", ""},
		"down in a tree":  {"functions/api", "functions/api/me", ""},
		"another module":  {"shared/chat", "../../example.com/x", ""},
		"up":              {"shared/chat", "shared/dynamo", "upper layer"},
		"same layer":      {"shared/channel/whatsapp", "shared/channel/telegram", "same layer"},
		"two functions":   {"functions/send", "functions/ingest", "same layer"},
		"a kit":           {"infra/local/stack", "infra/testkit/apitest", "upper layer"},
		"between kits":    {"infra/testkit/dynamotest", "infra/testkit/desktest", "upper layer"},
		"not in the list": {"shared/magic", "shared/chat", "in no layer"},
	} {
		to := module + "/" + c.to
		if outside, ok := strings.CutPrefix(c.to, "../../"); ok {
			to = outside
		}
		found := strings.Join(upwardImports([]pkg{{ImportPath: module + "/" + c.from, Imports: []string{"fmt", to}}}), "\n")
		if (found == "") != (c.want == "") || !strings.Contains(found, c.want) {
			t.Errorf("%s: found %q, want %q", name, found, c.want)
		}
	}
}

// upwardImports describes each import of a package that is not in a lower layer.
func upwardImports(list []pkg) (problems []string) {
	for _, p := range list {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		from, _ := layerOf(p.ImportPath)
		if from < 0 {
			problems = append(problems, name+" is in no layer: add it to the table in shared/arch/layers_test.go, above all that it imports")
			continue
		}
		for _, imported := range p.Imports {
			if imported != module && !strings.HasPrefix(imported, module+"/") {
				continue
			}
			other := strings.TrimPrefix(imported, module+"/")
			const reason = ": a package imports lower layers only, so that it can be read and tested without what is built on it"
			switch to, _ := layerOf(imported); {
			case to == from:
				problems = append(problems, name+" imports "+other+" of the same layer"+reason)
			case to > from:
				problems = append(problems, name+" imports "+other+" of an upper layer"+reason)
			}
		}
	}
	return problems
}

// layerOf returns the layer of a package and the pattern that says so, or -1.
func layerOf(path string) (layer int, longest string) {
	layer = -1
	for i, patterns := range layers {
		for _, pattern := range patterns {
			if inPattern(path, pattern) && length(pattern) > length(longest) {
				layer, longest = i, pattern
			}
		}
	}
	return layer, longest
}

func length(pattern string) int { return len(strings.Replace(pattern, "...", "", 1)) }

// inPattern says whether a package is the one named by a pattern, or, with "/...", below it.
func inPattern(path, pattern string) bool {
	name, ours := strings.CutPrefix(path, module+"/")
	if !ours {
		return false
	}
	if folder, file, ok := strings.Cut(pattern, "/.../"); ok {
		return strings.HasPrefix(name, folder+"/") && strings.HasSuffix(name, "/"+file)
	}
	if folder, ok := strings.CutSuffix(pattern, "/..."); ok {
		return strings.HasPrefix(name, folder+"/")
	}
	return name == pattern
}

// kits are the packages that only tests and other kits may import.
const kits = "infra/testkit"

func TestKits_ImportedByTestsOnly(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if inFolder(p.ImportPath, kits) {
			continue
		}
		if i := slices.IndexFunc(p.Deps, func(dep string) bool { return inFolder(dep, kits) || dep == "testing" }); i >= 0 {
			t.Errorf("%s reaches %s outside its tests: what is deployed or run does not contain test code", p.ImportPath, p.Deps[i])
		}
	}
}
