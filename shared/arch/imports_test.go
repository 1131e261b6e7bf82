package arch

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/recado-chat/recado"

// pkg is the part of the output of `go list -json` that the tests read.
type pkg struct {
	ImportPath string
	Dir        string
	Deps       []string
	Imports    []string
	GoFiles    []string
}

// packages lists the module's packages.
func packages(t *testing.T) []pkg {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Dir,Deps,Imports,GoFiles", "./...")
	command.Dir = "../.."
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []pkg
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		list = append(list, p)
	}
}

// rule limits what the packages of a folder may import, directly or indirectly: none of forbid, or, of this module, nothing but only.
type rule struct {
	folder string
	forbid []string
	only   []string
	reason string
}

var (
	adapters = []string{"dynamo", "queue", "push", "blob", "mail", "identity", "outbound", "secret", "seal"}

	rules = []rule{
		{folder: "shared/fault", only: []string{}, reason: "every package may import fault, so fault imports none"},
		{folder: "shared/sdk", only: []string{}, reason: "functions, adapters and the local stack's engine call AWS in the same way"},
		{folder: "shared/chat", only: []string{"shared/chat", "shared/fault"}, reason: "the domain types depend on no rule, use case or technology"},
		{folder: "events", only: []string{}, reason: "queued events outlive a deployment, so their types do not depend on the domain types"},
		{folder: "shared/rules", only: []string{"shared/chat", "shared/fault", "shared/rules"}, reason: "rules are pure functions: they import nothing that does I/O"},
		{folder: "shared/channel", only: []string{"shared/chat", "shared/fault", "shared/channel", "shared/outbound"}, reason: "an adapter of a provider depends on the domain types only, not on functions or stores"},
		{folder: "shared/desk", only: []string{"shared/chat", "shared/fault", "shared/rules", "shared/channel", "shared/desk"}, reason: "use cases declare the stores that they need as interfaces"},
		{folder: "shared/cursor", only: []string{"shared/chat", "shared/fault"}, reason: "stores and handlers sign cursors in the same way"},
		{folder: "shared/dynamo", only: []string{"shared/chat", "shared/fault", "shared/cursor", "shared/dynamo"}, reason: "the data layer imports the domain types and the SDK only"},
		{folder: "shared/wire", only: []string{"shared/chat", "shared/fault", "shared/rules/permission", "shared/wire"}, reason: "the contract names the domain's enumerations and nothing that stores or sends"},
		{folder: "shared/dynamo/internal/table", only: []string{"shared/chat", "shared/fault", "shared/cursor"}, reason: "the core reads and writes items of any kind"},
		{folder: "shared/dynamo/internal/key", only: []string{"shared/chat", "shared/fault", "shared/cursor", "shared/dynamo/internal/table"}, reason: "keys are built from ids alone"},
		{folder: "shared/dynamo/internal/item", only: []string{"shared/chat", "shared/fault", "shared/cursor", "shared/dynamo/internal"}, reason: "items are encoded and decoded without I/O"},
		{folder: "shared/dynamo/stream", only: []string{"shared/chat", "shared/fault", "shared/cursor", "shared/dynamo/internal"}, reason: "reading a change takes the data model, not a store"},
		{folder: "shared/dynamo/activity", only: dataCore(), reason: "every store adds to the activity log, so it uses none of them"},
		{folder: "shared/dynamo/schedule", only: dataCore(), reason: "every store may add a job or a mail to its transaction, so it uses none of them"},
		{folder: "shared/dynamo/live", only: dataCore(), reason: "the Live table is independent of the others"},
		{folder: "shared/dynamo/contact", only: dataCore("activity", "schedule"), reason: "a contact is written with an activity entry and a job, and without its conversations"},
		{folder: "shared/dynamo/directory", only: dataCore("activity", "schedule"), reason: "the directory is written with activity entries, mails and jobs, and without conversations"},
		{folder: "shared/dynamo/conversation", only: dataCore("activity", "schedule", "contact", "directory"), reason: "a decision writes the contact and an activity entry, and nothing in Live"},
		{folder: "shared", forbid: []string{"functions", "infra"}, reason: "functions and infra import shared, not the reverse"},
		{folder: "functions", forbid: []string{"infra"}, reason: "a function does not depend on how it is deployed"},
		{folder: "infra/topology", only: []string{"infra/topology", "events", "shared/channel", "shared/chat", "shared/cursor", "shared/dynamo/internal", "shared/dynamo/stream", "shared/fault", "shared/outbound"}, reason: "the topology is plain data: it reads which queue carries which signal, which records of a stream a function reads, and which settings and secrets a provider needs"},
		{folder: "infra/local/sim", only: []string{"infra/local/sim"}, reason: "a simulator has its own code for the wire format, so that tests find a mistake in an adapter"},
	}
)

// dataCore is what a store of the data layer may import, with the other stores that are named.
func dataCore(stores ...string) []string {
	folders := []string{"shared/chat", "shared/fault", "shared/cursor", "shared/dynamo/internal"}
	for _, store := range stores {
		folders = append(folders, "shared/dynamo/"+store)
	}
	return folders
}

func inFolder(path, folder string) bool {
	rest, ours := strings.CutPrefix(path, module+"/")
	return ours && (rest == folder || strings.HasPrefix(rest, folder+"/"))
}

func TestFolders_ImportWhatTheirRuleAllows(t *testing.T) {
	t.Parallel()
	list := packages(t)
	for _, r := range rules {
		t.Run(r.folder, func(t *testing.T) {
			found := false
			for _, p := range list {
				if !inFolder(p.ImportPath, r.folder) {
					continue
				}
				found = true
				for _, dep := range p.Deps {
					if strings.HasPrefix(dep, module) && breaks(r, dep) {
						t.Errorf("%s reaches %s: %s", p.ImportPath, dep, r.reason)
					}
				}
			}
			if !found {
				t.Errorf("the rule names %s, and there is no such folder", r.folder)
			}
		})
	}
}

func breaks(r rule, dep string) bool {
	if r.only != nil {
		return !inFolder(dep, r.folder) && !slices.ContainsFunc(r.only, func(folder string) bool { return inFolder(dep, folder) })
	}
	return slices.ContainsFunc(r.forbid, func(folder string) bool { return inFolder(dep, folder) })
}

func TestAdapters_ImportNoOtherAdapter(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, folder := range adapters {
			if !inFolder(p.ImportPath, "shared/"+folder) {
				continue
			}
			for _, other := range adapters {
				for _, dep := range p.Deps {
					if other != folder && inFolder(dep, "shared/"+other) {
						t.Errorf("%s reaches %s: each adapter wraps one technology, so that it can be replaced alone", p.ImportPath, dep)
					}
				}
			}
		}
	}
}

func TestCDK_ImportedByDeploymentOnly(t *testing.T) {
	t.Parallel()
	allowed := []string{"infra/stacks", "infra/constructs", "infra/config", "infra"}
	for _, p := range packages(t) {
		for _, dep := range p.Deps {
			cdk := strings.HasPrefix(dep, "github.com/aws/jsii-runtime-go") || strings.HasPrefix(dep, "github.com/aws/aws-cdk-go")
			if cdk && !slices.ContainsFunc(allowed, func(folder string) bool {
				return p.ImportPath == module+"/"+folder || (folder != "infra" && inFolder(p.ImportPath, folder))
			}) {
				t.Errorf("%s reaches %s: jsii starts a Node process, which only the deployment may need", p.ImportPath, dep)
			}
		}
	}
}

func TestFunctions_ImportNoSchemasOfSDK(t *testing.T) {
	t.Parallel()
	const services = "github.com/aws/aws-sdk-go-v2/service/"
	for _, p := range packages(t) {
		if !inFolder(p.ImportPath, "functions") || !strings.HasSuffix(p.ImportPath, "/lambda") {
			continue
		}
		for _, dep := range p.Deps {
			service, found := strings.CutSuffix(dep, "/schemas")
			if found && strings.HasPrefix(service, services) && service != services+"apigatewaymanagementapi" {
				t.Errorf("%s reaches %s: a cold start would build the schema of every type of the service (infra/adr/0003)", p.ImportPath, dep)
			}
		}
	}
}
