package api

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/channel/all"
)

func environment() map[string]string {
	environment := map[string]string{
		"DIRECTORY_TABLE": "directory", "DESK_TABLE": "desk", "LIVE_TABLE": "live", "MEDIA_BUCKET": "media", "SECRET_KEY_ID": "key",
		"USER_POOL_ID": "pool", "USER_POOL_CLIENT_ID": "client", "SIGNING_KEY_NAME": "signing",
		"PUBLIC_URL_NAME": "public-url", "ORIGIN_SECRET_NAME": "origin",
	}
	for _, key := range (all.Settings{}).Keys() {
		environment[key] = "https://provider.example"
	}
	return environment
}

func TestItSaysThatItLivesWithoutAskingAnybody(t *testing.T) {
	t.Parallel()
	handler, err := Build(t.Context(), &boot.Runtime{Environment: environment(), Now: auth.Now, HTTP: http.DefaultClient, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	for name, status := range map[string]string{"health": `"statusCode":200`, "me-signed-out": `"statusCode":503`} { // there is no AWS to read the key from
		sample, err := os.ReadFile("../../events/samples/api/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		answer, err := handler.Invoke(t.Context(), sample)
		if err != nil || !strings.Contains(string(answer), status) {
			t.Errorf("%s: answered %s, %v", name, answer, err)
		}
	}
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	if _, err := New(Deps{}); err == nil || !strings.Contains(err.Error(), "api: no ") {
		t.Errorf("nothing was enough: %v", err)
	}
	b := newBed(t)
	deps := b.Deps
	deps.Vault = nil
	if _, err := New(deps); err == nil || err.Error() != "api: no vault" {
		t.Errorf("without a vault: %v", err)
	}
	deps = b.Deps
	deps.PublicURL = "console.example"
	if _, err := New(deps); err == nil || !strings.Contains(err.Error(), "public URL") {
		t.Errorf("without an origin: %v", err)
	}
}

func TestSamples(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	want := map[string]int{"health": 200, "openapi": 200, "sign-up": 201, "sign-in-refused": 401, "me-signed-out": 401}
	files, err := filepath.Glob("../../events/samples/api/*.json")
	if err != nil || len(files) != len(want) {
		t.Fatalf("%d samples, want %d: %v", len(files), len(want), err)
	}
	for _, file := range files {
		payload, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var event events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(payload, &event); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		if answer, err := b.Handle(t.Context(), event); err != nil || answer.StatusCode != want[name] {
			t.Errorf("%s: %d %s, %v", name, answer.StatusCode, answer.Body, err)
		}
	}
}
