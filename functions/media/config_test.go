package media_test

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/recado-chat/recado/functions/media"
	"github.com/recado-chat/recado/shared/boot"
)

func TestBuild(t *testing.T) {
	t.Parallel()
	keys, err := boot.Keys[media.Config]()
	if err != nil {
		t.Fatal(err)
	}
	rt := &boot.Runtime{
		Environment: map[string]string{}, Now: time.Now, AWS: aws.Config{Region: "us-east-1"},
		HTTP: http.DefaultClient, Out: io.Discard, Log: slog.New(slog.DiscardHandler),
	}
	_, err = media.Build(t.Context(), rt)
	for _, key := range keys {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("the error does not name %s: %v", key, err)
		}
		rt.Environment[key] = "https://recado.example/" + strings.ToLower(key)
	}
	handler, err := media.Build(t.Context(), rt)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := handler.Invoke(t.Context(), []byte(`{"Records":[]}`))
	if err != nil || string(answer) != `{"batchItemFailures":null}` {
		t.Errorf("an empty batch is answered %s, %v", answer, err)
	}
}
