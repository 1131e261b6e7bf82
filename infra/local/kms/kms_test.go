package kms_test

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awskms "github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/recado-chat/recado/infra/local/kms"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/seal"
)

// sealer serves the key at path over HTTP and gives the port on the SDK's real client.
func sealer(t *testing.T, path string) *seal.Sealer {
	t.Helper()
	server, err := kms.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	endpoint := httptest.NewServer(server)
	t.Cleanup(endpoint.Close)
	client := awskms.NewFromConfig(aws.Config{
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
		BaseEndpoint: aws.String(endpoint.URL),
	})
	s, err := seal.New(client, "alias/recado")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEncryptDecrypt(t *testing.T) {
	t.Parallel()
	const token = "EAAB-token"

	t.Run("what is sealed opens for its account after a restart, and shows nothing", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "key")
		sealed, err := sealer(t, path).SealCredentials(t.Context(), "A1", chat.Credentials(`{"accessToken":"`+token+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(sealed, []byte(token)) {
			t.Error("the sealed value shows the token")
		}
		opened, err := sealer(t, path).OpenCredentials(t.Context(), "A1", sealed)
		if err != nil || !bytes.Contains(opened, []byte(token)) {
			t.Errorf("opened %q, %v", []byte(opened), err)
		}
	})

	t.Run("another account cannot open it, though it was opened before", func(t *testing.T) {
		t.Parallel()
		s := sealer(t, filepath.Join(t.TempDir(), "key"))
		sealed, err := s.Seal(t.Context(), "A1", []byte(token))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Open(t.Context(), "A1", sealed); err != nil {
			t.Fatal(err)
		}
		_, err = s.Open(t.Context(), "A2", sealed)
		if !fault.Is(err, fault.Invalid) || fault.Reason(err) != "seal_broken" {
			t.Errorf("got %v", err)
		}
	})

	t.Run("another key cannot open it", func(t *testing.T) {
		t.Parallel()
		sealed, err := sealer(t, filepath.Join(t.TempDir(), "key")).Seal(t.Context(), "A1", []byte(token))
		if err != nil {
			t.Fatal(err)
		}
		_, err = sealer(t, filepath.Join(t.TempDir(), "key")).Open(t.Context(), "A1", sealed)
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("got %v", err)
		}
	})

	t.Run("a broken document does not repeat what was sealed", func(t *testing.T) {
		t.Parallel()
		s := sealer(t, filepath.Join(t.TempDir(), "key"))
		sealed, err := s.Seal(t.Context(), "A1", []byte(token))
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.OpenCredentials(t.Context(), "A1", sealed)
		if err == nil || strings.Contains(err.Error(), "EAAB") {
			t.Errorf("got %v", err)
		}
	})
}

func TestOpen_KeyOfWrongLength_Refused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := kms.Open(path); err == nil {
		t.Error("half a key was taken")
	}
}
