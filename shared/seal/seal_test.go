package seal_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awskms "github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/recado-chat/recado/infra/local/kms"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/seal"
)

func TestOpen_Cached_OneKMSCall(t *testing.T) {
	t.Parallel()
	server, err := kms.Open(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	var decrypts atomic.Int32
	var down atomic.Bool
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".Decrypt") {
			decrypts.Add(1)
		}
		if down.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(endpoint.Close)
	sealer, err := seal.New(awskms.NewFromConfig(aws.Config{
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
		BaseEndpoint: aws.String(endpoint.URL),
		Retryer:      func() aws.Retryer { return retry.AddWithMaxAttempts(retry.NewStandard(), 1) },
	}), "alias/recado")
	if err != nil {
		t.Fatal(err)
	}
	first, err := sealer.Seal(t.Context(), "A1", []byte("first"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := sealer.Seal(t.Context(), "A1", []byte("second"))
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if opened, err := sealer.Open(t.Context(), "A1", first); err != nil || string(opened) != "first" {
			t.Fatalf("opened %q: %v", opened, err)
		}
	}
	if decrypts.Load() != 1 {
		t.Errorf("KMS was asked %d times", decrypts.Load())
	}
	down.Store(true)
	if opened, err := sealer.Open(t.Context(), "A1", first); err != nil || string(opened) != "first" {
		t.Errorf("what is known, while KMS is down: %q, %v", opened, err)
	}
	if _, err := sealer.Open(t.Context(), "A1", second); !fault.Is(err, fault.Unavailable) {
		t.Errorf("what is not known, while KMS is down: %v", err)
	}
}
