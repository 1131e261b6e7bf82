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

// pkg is what `go list -json` tells of a package.
type pkg struct {
	ImportPath string
	Dir        string
	Deps       []string
	Imports    []string
	GoFiles    []string
}

// packages lists the module's packages, once for each test that asks.
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

// rule forbids a room what it may not reach, directly or through others. Only names what it may import of our own instead.
type rule struct {
	room   string
	forbid []string
	only   []string
	reason string
}

var (
	adapters = []string{"dynamo", "queue", "push", "blob", "mail", "identity", "outbound", "secret", "seal"}

	rules = []rule{
		{room: "shared/fault", only: []string{}, reason: "everything stands on fault: it stands on nothing"},
		{room: "shared/chat", only: []string{"shared/fault"}, reason: "nouns know no judgement, verb or technology"},
		{room: "events", only: []string{}, reason: "events and chat do not know each other: what crosses a process boundary changes at its own pace"},
		{room: "shared/rules", only: []string{"shared/chat", "shared/fault", "shared/rules"}, reason: "judgements are pure: no I/O can hide where nothing can be imported"},
		{room: "shared/channel", only: []string{"shared/chat", "shared/fault", "shared/channel", "shared/outbound"}, reason: "a provider hangs on the nouns from the side; nothing in functions or stores may leak into it"},
		{room: "shared/desk", only: []string{"shared/chat", "shared/fault", "shared/rules", "shared/channel", "shared/desk"}, reason: "use cases declare the stores that they need as interfaces"},
		{room: "shared/cursor", only: []string{"shared/chat", "shared/fault"}, reason: "stores and handlers sign cursors in the same way"},
		{room: "shared/dynamo", only: []string{"shared/chat", "shared/fault", "shared/cursor", "shared/dynamo"}, reason: "the data layer knows the nouns and its technology, nothing else"},
		{room: "shared/wire", only: []string{"shared/chat", "shared/fault", "shared/rules/permission", "shared/wire"}, reason: "the contract names the domain's enumerations and nothing that stores or sends"},
		{room: "shared/dynamo/internal/table", only: []string{"shared/chat", "shared/fault", "shared/cursor"}, reason: "the core reads and writes items of any kind"},
		{room: "shared/dynamo/internal/key", only: []string{"shared/chat", "shared/fault", "shared/cursor", "shared/dynamo/internal/table"}, reason: "keys are built from ids alone"},
		{room: "shared/dynamo/internal/item", only: []string{"shared/chat", "shared/fault", "shared/cursor", "shared/dynamo/internal"}, reason: "items are encoded and decoded without I/O"},
		{room: "shared/dynamo/stream", only: []string{"shared/chat", "shared/fault", "shared/cursor", "shared/dynamo/internal"}, reason: "reading a change takes the data model, not a store"},
		{room: "shared/dynamo/activity", only: dataCore(), reason: "every store adds to the activity log, so it uses none of them"},
		{room: "shared/dynamo/schedule", only: dataCore(), reason: "every store may add a job or a mail to its transaction, so it uses none of them"},
		{room: "shared/dynamo/live", only: dataCore(), reason: "the Live table is independent of the others"},
		{room: "shared/dynamo/contact", only: dataCore("activity", "schedule"), reason: "a contact is written with an activity entry and a job, and without its conversations"},
		{room: "shared/dynamo/directory", only: dataCore("activity", "schedule"), reason: "the directory is written with activity entries, mails and jobs, and without conversations"},
		{room: "shared/dynamo/conversation", only: dataCore("activity", "schedule", "contact", "directory"), reason: "a decision writes the contact and an activity entry, and nothing in Live"},
		{room: "shared", forbid: []string{"functions", "infra"}, reason: "arrows point from functions and infra to shared, never back"},
		{room: "functions", forbid: []string{"infra"}, reason: "nobody imports infra: a function does not know what wires it"},
		{room: "infra/topology", only: []string{"infra/topology", "events", "shared/channel", "shared/chat", "shared/fault", "shared/outbound"}, reason: "the topology is plain data: it reads which queue carries which signal, and which settings and secrets a provider needs"},
		{room: "infra/local/sim", only: []string{"infra/local/sim"}, reason: "a simulator speaks the wire format on its own, so that a mistake does not cancel out"},
	}
)

// dataCore is what a store of the data layer may import, with the other stores that are named.
func dataCore(stores ...string) []string {
	rooms := []string{"shared/chat", "shared/fault", "shared/cursor", "shared/dynamo/internal"}
	for _, store := range stores {
		rooms = append(rooms, "shared/dynamo/"+store)
	}
	return rooms
}

func inRoom(path, room string) bool {
	rest, ours := strings.CutPrefix(path, module+"/")
	return ours && (rest == room || strings.HasPrefix(rest, room+"/"))
}

func TestRoomsImportOnlyWhatTheirRuleAllows(t *testing.T) {
	t.Parallel()
	list := packages(t)
	for _, r := range rules {
		t.Run(r.room, func(t *testing.T) {
			found := false
			for _, p := range list {
				if !inRoom(p.ImportPath, r.room) {
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
				t.Errorf("the rule speaks of %s, and there is no such room", r.room)
			}
		})
	}
}

func breaks(r rule, dep string) bool {
	if r.only != nil {
		return !inRoom(dep, r.room) && !slices.ContainsFunc(r.only, func(room string) bool { return inRoom(dep, room) })
	}
	return slices.ContainsFunc(r.forbid, func(room string) bool { return inRoom(dep, room) })
}

func TestAdaptersDoNotImportEachOther(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, room := range adapters {
			if !inRoom(p.ImportPath, "shared/"+room) {
				continue
			}
			for _, other := range adapters {
				for _, dep := range p.Deps {
					if other != room && inRoom(dep, "shared/"+other) {
						t.Errorf("%s reaches %s: one technology each, so that each can be replaced alone", p.ImportPath, dep)
					}
				}
			}
		}
	}
}

func TestOnlyTheDeploymentKnowsTheCDK(t *testing.T) {
	t.Parallel()
	allowed := []string{"infra/stacks", "infra/constructs", "infra/config", "infra"}
	for _, p := range packages(t) {
		for _, dep := range p.Deps {
			cdk := strings.HasPrefix(dep, "github.com/aws/jsii-runtime-go") || strings.HasPrefix(dep, "github.com/aws/aws-cdk-go")
			if cdk && !slices.ContainsFunc(allowed, func(room string) bool {
				return p.ImportPath == module+"/"+room || (room != "infra" && inRoom(p.ImportPath, room))
			}) {
				t.Errorf("%s reaches %s: jsii starts a Node process, which nothing outside the deployment may need", p.ImportPath, dep)
			}
		}
	}
}

func TestFunctionsDoNotBuildASchemaOfEveryShapeAtTheirStart(t *testing.T) {
	t.Parallel()
	const services = "github.com/aws/aws-sdk-go-v2/service/"
	for _, p := range packages(t) {
		if !inRoom(p.ImportPath, "functions") || !strings.HasSuffix(p.ImportPath, "/lambda") {
			continue
		}
		for _, dep := range p.Deps {
			service, found := strings.CutSuffix(dep, "/schemas")
			if found && strings.HasPrefix(service, services) && service != services+"apigatewaymanagementapi" {
				t.Errorf("%s reaches %s: a cold start pays for every shape of the service (infra/adr/0003)", p.ImportPath, dep)
			}
		}
	}
}
