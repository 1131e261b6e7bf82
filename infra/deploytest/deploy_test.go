package deploytest

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
	"github.com/recado-chat/recado/infra/topology"
)

const (
	stateStack   = "Recado-test-State"
	serviceStack = "Recado-test-Service"
	appSecret    = "deployed-app-secret"
	verifyToken  = "deployed-verify-token"
)

// deployment is what was deployed, and the phone of its customers.
type deployment struct {
	*emulator
	phone   *whatsapp.Simulator
	graph   string // where the phone's provider answers
	http    string // where the deployed APIs are
	sockets string
	shops   int
}

// C-01 is about what a deployment costs; that it works at all is shown here: bootstrap, deploy as an upgrade, and the main job
// through the deployed APIs, with what was there before the upgrade still there after it.
func TestDeploy_MainJob_BeforeAndAfterUpgrade(t *testing.T) {
	d := &deployment{emulator: startEmulator(t)}
	d.startGraph()
	cli := filepath.Join(root(t), ".tools/cdk/node_modules/.bin/cdk")
	current := d.buildApp(root(t))
	d.wantStrictSynthesis(cli, current)
	d.run(t.TempDir(), cli, "bootstrap", "aws://"+account+"/"+region, "--ci")

	before := d.deployParent(cli)
	d.deploy(cli, current)
	after := d.resources(stateStack)
	if before != nil {
		for logical, physical := range before.state {
			if after[logical] != physical {
				t.Errorf("the upgrade replaced %s: %s became %q", logical, physical, after[logical])
			}
		}
		before.wantStillThere()
		before.wantMessage("después de la actualización")
	}
	fresh := d.signUp("nueva")
	fresh.wantMessage("recién desplegado")
	fresh.wantReply("¡Hola! ¿En qué te ayudamos?")
	fresh.wantClosing()

	d.deployReplaced(cli, current, "Inbound")
	if _, kept := d.resources(stateStack)[logicalOf(after, "Inbound")]; kept {
		t.Error("the bucket was not replaced")
	}
	fresh.wantMessage("con otro depósito")
}

// logicalOf is the logical id of a construct's resource, to whose name CDK adds a hash.
func logicalOf(resources map[string]string, construct string) string {
	for logical := range resources {
		if hash, ok := strings.CutPrefix(logical, construct); ok && len(hash) == 8 {
			return logical
		}
	}
	return ""
}

// deployReplaced deploys the same app with another logical id for a construct of State, as a change that replaces the resource does.
func (d *deployment) deployReplaced(cli, app, construct string) {
	d.t.Helper()
	assembly := d.t.TempDir()
	d.run(d.t.TempDir(), cli, "synth", "--quiet", "--app", app, "--output", assembly, "--context", "stage=test", "--context", "graphUrl="+d.graph, "--ci")
	old := logicalOf(d.resources(stateStack), construct)
	changes := []string{old, construct + strings.Repeat("0", 8)}
	// The templates change, and so do the keys under which they are uploaded.
	for _, stack := range []string{stateStack, serviceStack} {
		var assets struct {
			Files map[string]struct{ Source struct{ Path string } }
		}
		content, err := os.ReadFile(filepath.Join(assembly, stack+".assets.json"))
		if err == nil {
			err = json.Unmarshal(content, &assets)
		}
		if err != nil {
			d.t.Fatalf("read the assets of %s: %v", stack, err)
		}
		for key, file := range assets.Files {
			if file.Source.Path == stack+".template.json" {
				changes = append(changes, key, strings.Repeat("0", 8)+key[8:])
			}
		}
	}
	replace := strings.NewReplacer(changes...)
	for _, pattern := range []string{"*.template.json", "*.assets.json", "manifest.json"} {
		files, err := filepath.Glob(filepath.Join(assembly, pattern))
		if err != nil || len(files) == 0 {
			d.t.Fatalf("%s in the assembly: %v, %v", pattern, files, err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err == nil {
				err = os.WriteFile(file, []byte(replace.Replace(string(content))), 0o600)
			}
			if err != nil {
				d.t.Fatal(err)
			}
		}
	}
	d.deploy(cli, assembly)
}

// buildApp compiles a checkout's CDK app and its functions, and gives the command that synthesises it.
func (d *deployment) buildApp(checkout string) string {
	d.t.Helper()
	d.run(checkout, "make", "-s", "-j2", "build", "ARCH="+runtime.GOARCH)
	binary := filepath.Join(d.t.TempDir(), "infra")
	d.run(checkout, "go", "build", "-o", binary, "./infra")
	return "cd '" + checkout + "' && '" + binary + "'"
}

// wantStrictSynthesis lets the library's own validation look at every stack of the stages that are deployed for real. The binaries
// are this machine's: what they were built for is no finding.
func (d *deployment) wantStrictSynthesis(cli, app string) {
	d.t.Helper()
	for _, stage := range []string{"dev", "prod"} {
		out := d.run(d.t.TempDir(), cli, "synth", "--strict", "--quiet", "--app", app, "--output", d.t.TempDir(),
			"--context", "stage="+stage, "--context", "architecture="+runtime.GOARCH, "--ci")
		if strings.Contains(out, "[Warning") || strings.Contains(out, "[Error") {
			d.t.Errorf("the synthesis of %s has findings:\n%s", stage, out)
		}
	}
}

// deploy runs `cdk deploy`, gives the secrets, and finds the deployed APIs.
func (d *deployment) deploy(cli, app string) {
	d.t.Helper()
	d.run(d.t.TempDir(), cli, "deploy", stateStack, serviceStack, "--app", app, "--output", d.t.TempDir(), "--context", "stage=test", "--context", "graphUrl="+d.graph,
		"--require-approval", "never", "--ci", "--progress", "events")
	d.giveSecrets()
	service := d.resources(serviceStack)
	d.http = d.url + "/_aws/execute-api/" + service["Http"]
	socket := "/_aws/execute-api/" + service["Sockets"] + "/socket"
	d.sockets = "ws" + strings.TrimPrefix(d.url, "http") + socket
	d.pointAtSockets(d.url+socket, service)
}

// parent is what the parent commit's deployment held.
type parent struct {
	*shop
	state map[string]string
}

// deployParent deploys the parent commit and uses it; nil when the parent has no deployment yet.
func (d *deployment) deployParent(cli string) *parent {
	d.t.Helper()
	checkout := filepath.Join(d.t.TempDir(), "parent")
	git := func(args ...string) error {
		// The test's context has ended when its cleanup runs.
		out, err := exec.CommandContext(context.WithoutCancel(d.t.Context()), "git", append([]string{"-C", root(d.t)}, args...)...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("git %s: %w\n%s", strings.Join(args, " "), err, out)
		}
		return nil
	}
	if git("rev-parse", "--verify", "--quiet", "HEAD^{commit}~1") != nil {
		if err := git("fetch", "--deepen=1"); err != nil {
			d.t.Fatalf("this checkout has no history, and the parent commit cannot be fetched: %v", err)
		}
	}
	if err := git("worktree", "add", "--detach", checkout, "HEAD~1"); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = git("worktree", "remove", "--force", checkout) })
	if _, err := os.Stat(filepath.Join(checkout, "cdk.json")); errors.Is(err, os.ErrNotExist) {
		d.t.Log("the parent commit deploys nothing yet: there is nothing to upgrade from")
		return nil
	}
	// Edge is synthesised with the rest, and not deployed: any console and widget will do.
	for _, built := range []string{"shared/web/console/dist", "shared/web/widget/dist"} {
		if err := os.CopyFS(filepath.Join(checkout, built), os.DirFS(filepath.Join(root(d.t), built))); err != nil {
			d.t.Fatalf("%s is not built (make test-deploy builds it): %v", built, err)
		}
	}
	d.deploy(cli, d.buildApp(checkout))
	p := &parent{shop: d.signUp("vieja"), state: d.resources(stateStack)}
	if len(p.state) == 0 {
		d.t.Fatal("the parent's State has no resource")
	}
	p.wantMessage("antes de la actualización")
	return p
}

// giveSecrets runs what `make secrets` runs, and says where the console is found: Edge does that, and the emulator has no CloudFront.
func (d *deployment) giveSecrets() {
	d.t.Helper()
	command := exec.CommandContext(d.t.Context(), "go", "run", "./infra/secrets", "-stage", "test")
	command.Dir = root(d.t)
	command.Env = append(d.environment(), "META_APP_SECRET="+appSecret, "META_VERIFY_TOKEN="+verifyToken)
	if out, err := command.CombinedOutput(); err != nil || strings.Contains(string(out), appSecret) {
		d.t.Fatalf("make secrets: %v\n%s", err, out)
	}
	d.target("AmazonSSM.PutParameter", map[string]any{
		"Name": "/recado/test/" + topology.PublicURL.Name, "Type": "String", "Value": d.url, "Overwrite": true,
	})
}

// target makes one call of a service with AWS's JSON protocol.
func (d *deployment) target(target string, body any) {
	d.t.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		d.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.url, strings.NewReader(string(encoded)))
	if err != nil {
		d.t.Fatal(err)
	}
	request.Header.Set("X-Amz-Target", target)
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	if content, err := io.ReadAll(response.Body); err != nil || response.StatusCode != http.StatusOK {
		d.t.Fatalf("%s: %d %s, %v", target, response.StatusCode, content, err)
	}
}

// resources are a stack's physical ids by logical id.
func (d *deployment) resources(stack string) map[string]string {
	d.t.Helper()
	form := url.Values{"Action": {"DescribeStackResources"}, "Version": {"2010-05-15"}, "StackName": {stack}}
	request, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.url, strings.NewReader(form.Encode()))
	if err != nil {
		d.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		Resources []struct {
			LogicalResourceId  string
			PhysicalResourceId string
		} `xml:"DescribeStackResourcesResult>StackResources>member"`
	}
	if err := xml.NewDecoder(response.Body).Decode(&answer); err != nil || len(answer.Resources) == 0 {
		d.t.Fatalf("the resources of %s: %d, %v", stack, response.StatusCode, err)
	}
	ids := make(map[string]string, len(answer.Resources))
	for _, r := range answer.Resources {
		ids[r.LogicalResourceId] = r.PhysicalResourceId
	}
	return ids
}

// pointAtSockets is a work-around: the emulator has no name for a WebSocket API's management endpoint, so the functions that post to
// sockets get its address.
func (d *deployment) pointAtSockets(endpoint string, service map[string]string) {
	d.t.Helper()
	for _, f := range topology.Functions {
		if !f.PostsToSockets {
			continue
		}
		name := ""
		for logical, physical := range service {
			if strings.HasPrefix(logical, f.Name+"Function") {
				name = physical
			}
		}
		path := "/2015-03-31/functions/" + name + "/configuration"
		content, err := d.call(http.MethodGet, path, nil)
		var function struct {
			Environment struct{ Variables map[string]string }
		}
		if err == nil {
			err = json.Unmarshal(content, &function)
		}
		if err == nil && function.Environment.Variables["SOCKET_ENDPOINT"] == "" {
			err = fmt.Errorf("%s has no SOCKET_ENDPOINT: %s", name, content)
		}
		if err == nil {
			function.Environment.Variables["SOCKET_ENDPOINT"] = endpoint
			_, err = d.call(http.MethodPut, path, map[string]any{"Environment": function.Environment})
		}
		if err != nil {
			d.t.Fatal(err)
		}
	}
}

// startGraph serves the simulated provider; where its webhooks go is known once there is an API.
func (d *deployment) startGraph() {
	d.t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(d.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		d.t.Fatal(err)
	}
	d.graph = "http://" + listener.Addr().String() + "/graph"
	d.phone, err = whatsapp.New(whatsapp.Options{
		DataDir: d.t.TempDir(), WebhookURL: "http://webhooks.invalid/webhooks/whatsapp", AppSecret: appSecret, VerifyToken: verifyToken,
		Now: time.Now, Statuses: whatsapp.Timing{Sent: time.Second, Delivered: time.Second},
		Client: &http.Client{Timeout: time.Minute, Transport: toDeployed{d}},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	server := &http.Server{Handler: d.phone.Handler(), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	d.t.Cleanup(func() { _ = server.Close(); _ = d.phone.Close() })
}

// toDeployed sends the provider's webhooks to the API that is deployed now.
type toDeployed struct{ d *deployment }

func (r toDeployed) RoundTrip(request *http.Request) (*http.Response, error) {
	clone, err := http.NewRequestWithContext(request.Context(), request.Method, r.d.http+request.URL.RequestURI(), request.Body)
	if err != nil {
		return nil, err
	}
	clone.Header, clone.ContentLength = request.Header.Clone(), request.ContentLength
	return http.DefaultTransport.RoundTrip(clone)
}
