package api_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/functions/admin"
	"github.com/recado-chat/recado/functions/api"
	"github.com/recado-chat/recado/infra/testkit/apitest"
	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/httpapi/rest"
)

func environment() map[string]string {
	return map[string]string{
		"DIRECTORY_TABLE": "directory", "DESK_TABLE": "desk", "LIVE_TABLE": "live", "MEDIA_BUCKET": "media", "SIGNING_KEY_NAME": "signing",
		"PUBLIC_URL_NAME": "public-url", "ORIGIN_SECRET_NAME": "origin",
	}
}

func TestBuild_HealthCheck_CallsNoService(t *testing.T) {
	t.Parallel()
	handler, err := api.Build(t.Context(), &boot.Runtime{Environment: environment(), Now: auth.Now, HTTP: http.DefaultClient, Log: slog.New(slog.DiscardHandler)})
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

func TestNew_MissingPart_Refused(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	if _, err := api.New(b.Deps, api.Parts{}); err == nil || !strings.HasPrefix(err.Error(), "api: ") {
		t.Errorf("without parts: %v", err)
	}
	if _, err := admin.New(b.Deps, admin.Parts{}); err == nil || !strings.HasPrefix(err.Error(), "admin: ") {
		t.Errorf("without parts: %v", err)
	}
	deps := b.Deps
	deps.Keys = nil
	if _, err := rest.New(deps); err == nil || err.Error() != "rest: no keys" {
		t.Errorf("without keys: %v", err)
	}
	deps = b.Deps
	deps.PublicURL = "console.example"
	if _, err := rest.New(deps); err == nil || !strings.Contains(err.Error(), "public URL") {
		t.Errorf("without an origin: %v", err)
	}
}

func TestSamples_AnsweredAsExpected(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	want := map[string]int{"health": 200, "openapi": 200, "sign-up": 201, "sign-in-refused": 401, "me-signed-out": 401}
	files, err := filepath.Glob("../../events/samples/api/*.json")
	more, _ := filepath.Glob("../../events/samples/admin/*.json")
	files = append(files, more...)
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
